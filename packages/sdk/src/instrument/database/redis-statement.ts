/*
 * What is recorded of a Redis command: its name and the arguments that say what it is about, keys,
 * fields and ranges. What it stores, sends or computes with is left out, and so is every argument
 * of a command that is not known here, such as AUTH.
 */

/** Commands all of whose arguments are keys, fields, ranges, numbers or options. */
const READING = words(`
  get mget getdel getex getrange getbit bitcount bitpos strlen exists type ttl pttl expiretime
  pexpiretime del unlink touch expire pexpire expireat pexpireat persist rename renamenx copy move
  incr incrby incrbyfloat decr decrby dump randomkey keys scan dbsize object memory
  hget hmget hgetall hdel hexists hkeys hvals hlen hstrlen hscan hrandfield hincrby hincrbyfloat
  hexpire hpexpire httl hpttl hpersist
  lpop rpop llen lrange lindex ltrim lmove rpoplpush brpoplpush blpop brpop blmove lmpop blmpop
  scard smembers spop srandmember sinter sinterstore sintercard sunion sunionstore sdiff sdiffstore
  sscan
  zcard zcount zlexcount zrange zrangestore zrevrange zrangebyscore zrevrangebyscore zrangebylex
  zrevrangebylex zrank zrevrank zscore zmscore zpopmin zpopmax bzpopmin bzpopmax zmpop bzmpop
  zremrangebyrank zremrangebyscore zremrangebylex zscan zrandmember zunion zunionstore zinter
  zinterstore zintercard zdiff zdiffstore
  xlen xrange xrevrange xread xreadgroup xack xgroup xinfo xpending xclaim xautoclaim xtrim xdel
  pfcount pfmerge geodist geohash geopos
  subscribe unsubscribe psubscribe punsubscribe ssubscribe sunsubscribe
  select info time watch unwatch multi exec discard wait ping client cluster command
`);

/** Commands whose first argument is a key, a channel or a script, and whose others are data. */
const WRITING = words(`
  set setex psetex setnx getset append setrange setbit mset msetnx bitfield restore
  lpush rpush lpushx rpushx lrem linsert lpos sadd srem sismember smismember smove
  zadd zrem zincrby xadd pfadd geoadd geosearch publish spublish eval evalsha eval_ro evalsha_ro
  fcall fcall_ro script
`);

/** Commands whose first two arguments are a key and a field or an index. */
const WRITING_FIELDS = words("hset hsetnx hmset lset");

const KEPT_COUNTS: ReadonlyMap<string, number> = new Map([
  ...READING.map((name) => [name, Number.POSITIVE_INFINITY] as const),
  ...WRITING.map((name) => [name, 1] as const),
  ...WRITING_FIELDS.map((name) => [name, 2] as const),
]);

function words(text: string): string[] {
  return text.trim().split(/\s+/u);
}

/**
 * The command as text, without what it stores.
 *
 * @example
 * redisStatement("set", ["cart:7", "{…}", "EX", 60]); // "set cart:7 [3 other arguments]"
 */
export function redisStatement(name: string, args: readonly unknown[]): string {
  const keptCount = KEPT_COUNTS.get(name) ?? KEPT_COUNTS.get(name.toLowerCase()) ?? 0;
  let text = name;
  for (let index = 0; index < args.length && index < keptCount; index += 1) {
    text += ` ${String(args[index])}`;
  }
  const otherCount = args.length - keptCount;
  return otherCount > 0 ? `${text} [${otherCount} other arguments]` : text;
}
