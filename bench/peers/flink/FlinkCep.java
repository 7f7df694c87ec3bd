import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.cep.CEP;
import org.apache.flink.cep.functions.PatternProcessFunction;
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.reader.TextLineInputFormat;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * Five failed orders of one customer within ten minutes, by event time: FlinkCep EVENTS STATE BACKEND PARALLELISM WARM ALL.
 * EVENTS is a folder with a file for each parallel reader, STATE the folder of the checkpoints. Prints `warm` with the
 * firing WARM, `end` with the firing ALL, and `done` with the number of firings when the job is over.
 */
public final class FlinkCep {
  private static final AtomicLong FIRED = new AtomicLong();

  /** What the pattern needs of an event; public fields, so that Flink serializes it in its fast way. */
  public static final class Order {
    public String event;
    public String customer;
    public double total;
    public long occurred;
  }

  public static final class Parse implements MapFunction<String, Order> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public Order map(String line) throws Exception {
      JsonNode read = JSON.readTree(line);
      Order order = new Order();
      order.event = read.get("event").textValue();
      order.customer = read.get("resource").get("id").textValue();
      order.total = read.get("payload").get("total").doubleValue();
      order.occurred = Instant.parse(read.get("occurred").textValue()).toEpochMilli();
      return order;
    }
  }

  public static final class Fire extends PatternProcessFunction<Order, String> {
    private final long warm;
    private final long all;

    Fire(long warm, long all) {
      this.warm = warm;
      this.all = all;
    }

    @Override
    public void processMatch(Map<String, List<Order>> match, Context context, Collector<String> out) {
      out.collect(match.get("failed").get(4).customer);
      long fired = FIRED.incrementAndGet();
      if (fired == warm) say("warm", fired);
      if (fired == all) say("end", fired);
    }
  }

  private static void say(String at, long fired) {
    System.out.printf("{\"at\":\"%s\",\"fired\":%d}%n", at, fired);
  }

  public static void main(String[] args) throws Exception {
    Configuration settings = new Configuration();
    settings.setString("state.backend.type", args[2]);
    settings.setString("execution.checkpointing.dir", "file://" + args[1]);
    StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment(settings);
    flink.setParallelism(Integer.parseInt(args[3]));
    flink.enableCheckpointing(1_000);

    var lines = FileSource.forRecordStreamFormat(new TextLineInputFormat(), new Path(args[0])).build();
    var inOrder = WatermarkStrategy.<Order>forMonotonousTimestamps().withTimestampAssigner((order, was) -> order.occurred);
    var five = Pattern.<Order>begin("failed", AfterMatchSkipStrategy.skipPastLastEvent())
        .where(SimpleCondition.of(order -> order.event.equals("order.failed")))
        .times(5)
        .within(Duration.ofMinutes(10));
    var orders = flink.fromSource(lines, WatermarkStrategy.noWatermarks(), "orders")
        .map(new Parse())
        .assignTimestampsAndWatermarks(inOrder);
    CEP.pattern(orders.keyBy(order -> order.customer), five)
        .process(new Fire(Long.parseLong(args[4]), Long.parseLong(args[5])))
        .sinkTo(new DiscardingSink<>());
    flink.execute();
    say("done", FIRED.get());
  }
}
