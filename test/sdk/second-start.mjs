/* Starts the SDK a second time, and tries to register another provider. */
import { trace } from "@opentelemetry/api";
import { spoor } from "@spoor/sdk";

spoor({ service: "second" });
const isTaken = trace.setGlobalTracerProvider({ getTracer: () => trace.getTracer("other") });
process.stdout.write(
  isTaken ? "the other provider was taken\n" : "the other provider was refused\n",
);
