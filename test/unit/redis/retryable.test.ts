import { describe, expect, test } from 'vitest';
import { ScriptMismatch, UnexpectedAnswer } from '../../../src/errors.ts';
import { isInfrastructure } from '../../../src/redis/retryable.ts';

const coded = (code: string): Error => Object.assign(new Error(`connect ${code} 127.0.0.1:1`), { code });
const named = (name: string, message = 'x'): Error => Object.assign(new Error(message), { name });

const OURS_TO_WAIT_FOR = [
  'LOADING Redis is loading the dataset in memory',
  "OOM command not allowed when used memory > 'maxmemory'.",
  "OOM command not allowed when used memory > 'maxmemory'. script: 0f1e, on @user_script:17.",
  "READONLY You can't write against a read only replica.",
  'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.',
  'MISCONF Errors writing to the AOF file: No space left on device',
  'NOREPLICAS Not enough good replicas to write.',
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  'CLUSTERDOWN The cluster is down',
  'CLUSTERDOWN Hash slot not served',
  'TRYAGAIN Multiple keys request during rehashing of slot',
  'MOVED 3999 127.0.0.1:6381',
  'ASK 3999 127.0.0.1:6381',
  'ERR Script attempted to access a non local key in a cluster node script: 0f1e, on @user_script:8.',
  'ERR Script attempted to execute a write command while the cluster is down and readonly script: 0f1e, on @user_script:8.',
  'Too many Cluster redirections. Last error: ReplyError: CLUSTERDOWN The cluster is down',
  'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
  'NOSCRIPT No matching script. Please use EVAL.',
  "NOGROUP No such key '{wf}:events' or consumer group 'engine' in XREADGROUP with GROUP option",
  'UNBLOCKED the stream key no longer exists',
  'NOAUTH Authentication required.',
  'WRONGPASS invalid username-password pair or user is disabled.',
  "NOPERM this user has no permissions to run the 'evalsha' command",
  "ERR The user executing the script can't run this command or subcommand script: 0f1e, on @user_script:17.",
  "ERR ERR The user executing the script can't run this command or subcommand script: 0f1e, on @user_script:8.",
  "ERR NOPERM User w has no permissions to run the 'hdel' command script: 0f1e, on @user_script:8.",
  "ERR The user executing the script can't access at least one of the keys mentioned in the command arguments",
  'ERR max number of clients reached',
  'ERR The stream has exhausted the last possible ID, unable to add more items script: 0f1e, on @user_script:3444.',
  'Connection is closed.',
  "Stream isn't writeable and enableOfflineQueue options is false",
  'Command timed out',
  "Socket timeout. Expecting data, but didn't receive any in 10000ms.",
  'Reached the max retries per request limit (which is 20). Refer to "maxRetriesPerRequest" option for details.',
];

const OF_WHAT_WAS_ASKED = [
  'WRONGTYPE Operation against a key holding the wrong kind of value',
  'WRONGTYPE Operation against a key holding the wrong kind of value script: 0f1e, on @user_script:17.',
  'ERR Error running script: user_script:4: Expected value but found invalid token at character 1',
  'ERR user_script:31: attempt to compare nil with number script: 0f1e, on @user_script:31.',
  'user_script:31: Found too many nested data structures (1001)',
  'user_script:9: too many results to unpack',
  'ERR value is not an integer or out of range',
  'ERR the string LOADING stands in what was asked',
  'Invalid string length',
  'Cannot read properties of undefined',
  '',
];

describe('what says nothing about what was asked', () => {
  test.each(OURS_TO_WAIT_FOR)('%s', (text) => {
    expect(isInfrastructure(new Error(text))).toBe(true);
    expect(isInfrastructure(text)).toBe(true);
  });

  test.each([
    ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'].map(coded),
    named('AbortError', 'Command aborted due to connection close'),
    named('MaxRetriesPerRequestError'),
    named('ClusterAllFailedError'),
    new AggregateError([coded('ECONNREFUSED')], 'all failed'),
    new UnexpectedAnswer('apply', 7),
    new ScriptMismatch('apply', 'x was not given'),
  ])('%s', (error) => {
    expect(isInfrastructure(error)).toBe(true);
  });
});

describe('what may be the fault of what was asked', () => {
  test.each(OF_WHAT_WAS_ASKED)('%j', (text) => {
    expect(isInfrastructure(new Error(text))).toBe(false);
    expect(isInfrastructure(text)).toBe(false);
  });

  test.each([
    new RangeError('Maximum call stack size exceeded'),
    new TypeError('x is not a function'),
    Object.assign(new Error('no such file'), { code: 'ENOENT' }),
    new AggregateError([new Error('x')], 'all failed'),
    null,
    undefined,
    7,
  ])('%s', (error) => {
    expect(isInfrastructure(error)).toBe(false);
  });
});
