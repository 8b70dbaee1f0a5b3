/* One line by each logger within a span, one outside. */
import { trace } from "@opentelemetry/api";
import bunyan from "bunyan";
import pino from "pino";
import winston from "winston";

const logger = pino({}, pino.destination({ sync: true }));
const { Console } = winston.transports;
const other = winston.createLogger({ transports: [new Console({ forceConsole: false })] });
const third = bunyan.createLogger({ name: "third", stream: process.stdout });

console.log("console outside");
const tracer = trace.getTracer("log-app");
tracer.startActiveSpan("work", (span) => {
  logger.info({ order: 7 }, "pino inside");
  other.info("winston inside");
  third.info("bunyan inside");
  console.log("console %s", "inside");
  console.error('{"message":"json inside"}');
  const { traceId, spanId } = span.spanContext();
  process.send?.({ answer: { traceId, spanId } });
  span.end();
});
logger.info("pino outside");
process.disconnect();
