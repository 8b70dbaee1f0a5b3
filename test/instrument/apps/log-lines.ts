/* One line by each logger within a span, one outside. */
import { trace } from "@opentelemetry/api";
import bunyan from "bunyan";
import pino from "pino";
import winston from "winston";

const logger = pino({}, pino.destination({ sync: true }));
const { Console } = winston.transports;
const { combine, json, splat } = winston.format;
const other = winston.createLogger({
  format: combine(splat(), json()),
  transports: [new Console({ forceConsole: false })],
});
const third = bunyan.createLogger({ name: "third", stream: process.stdout });

console.log("console outside");
const tracer = trace.getTracer("log-app");
tracer.startActiveSpan("work", (span) => {
  logger.info({ order: 7 }, "pino inside");
  other.info("winston inside", { order: 7 });
  other.info("winston of %d", 7);
  other.debug("winston below its level");
  third.info("bunyan inside");
  console.log("console %s", "inside");
  console.error('{"message":"json inside"}');
  const { traceId, spanId } = span.spanContext();
  process.send?.({ answer: { traceId, spanId } });
  span.end();
});
logger.info("pino outside");
other.info("winston outside");
process.disconnect();
