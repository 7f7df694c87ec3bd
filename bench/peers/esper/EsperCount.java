import com.espertech.esper.common.client.EPCompiled;
import com.espertech.esper.common.client.configuration.Configuration;
import com.espertech.esper.compiler.client.CompilerArguments;
import com.espertech.esper.compiler.client.EPCompilerProvider;
import com.espertech.esper.runtime.client.EPRuntime;
import com.espertech.esper.runtime.client.EPRuntimeProvider;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * Five failed orders of one customer within ten minutes, by event time, on one thread: EsperCount EVENTS WARM. EVENTS is a
 * file of JSON lines, WARM how many of them come first, to warm up. Prints `warm` when these are done, `end` when all are,
 * and `done` with the number of firings.
 */
public final class EsperCount {
  /** A window of each customer's own: the first failed order opens it, ten minutes later it is gone. */
  private static final String FIVE = """
      create context PerCustomer partition by customer from Orders(event = 'order.failed')
        initiated by Orders(event = 'order.failed') terminated after 10 minutes;
      @name('five') context PerCustomer
        select customer, count(*) as failed from Orders(event = 'order.failed') having count(*) = 5;
      """;

  /** Esper reads it by its getters. */
  public record Order(String event, String customer, double total, long occurred) {
    public String getEvent() {
      return event;
    }

    public String getCustomer() {
      return customer;
    }

    public double getTotal() {
      return total;
    }

    public long getOccurred() {
      return occurred;
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static long fired = 0;

  private static Order orderOf(String line) throws Exception {
    JsonNode read = JSON.readTree(line);
    return new Order(
        read.get("event").textValue(),
        read.get("resource").get("id").textValue(),
        read.get("payload").get("total").doubleValue(),
        Instant.parse(read.get("occurred").textValue()).toEpochMilli());
  }

  private static void say(String at) {
    System.out.printf("{\"at\":\"%s\",\"fired\":%d}%n", at, fired);
  }

  public static void main(String[] args) throws Exception {
    Configuration settings = new Configuration();
    settings.getCommon().addEventType("Orders", Order.class);
    settings.getRuntime().getThreading().setInternalTimerEnabled(false);
    EPCompiled five = EPCompilerProvider.getCompiler().compile(FIVE, new CompilerArguments(settings));
    EPRuntime esper = EPRuntimeProvider.getDefaultRuntime(settings);
    var deployed = esper.getDeploymentService().deploy(five);
    esper.getDeploymentService().getStatement(deployed.getDeploymentId(), "five")
        .addListener((fresh, old, statement, runtime) -> fired += fresh.length);

    long warm = Long.parseLong(args[1]);
    long events = 0;
    try (BufferedReader lines = Files.newBufferedReader(Path.of(args[0]))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Order order = orderOf(line);
        if (order.occurred() > esper.getEventService().getCurrentTime()) {
          esper.getEventService().advanceTime(order.occurred());
        }
        esper.getEventService().sendEventBean(order, "Orders");
        events += 1;
        if (events == warm) say("warm");
      }
    }
    say("end");
    say("done");
  }
}
