import { writeSync } from "node:fs";
import type { ExportRequest, Outcome, Transport } from "./transport.ts";

const STDOUT = 1;

/** Prints requests on stdout, each as one line of OTLP/JSON. For a look at what would be sent. */
export class ConsoleTransport implements Transport {
  readonly name = "stdout";

  async send(request: ExportRequest): Promise<Outcome> {
    const { decodeTracesProtobuf, encodeTracesJson } = await import("@spoor/otlp");
    const { LossLedger, SpanBatch, spansOf } = await import("@spoor/trace");
    if (request.signal !== "traces") return { kind: "refused", reason: "only spans are printed" };
    const batch = new SpanBatch();
    const body = Buffer.concat(request.parts, request.byteCount);
    decodeTracesProtobuf(body, batch, new LossLedger());
    try {
      writeSync(STDOUT, `${JSON.stringify(encodeTracesJson([...spansOf(batch)]))}\n`);
    } catch (error) {
      return { kind: "refused", reason: String(error) };
    }
    return { kind: "sent", rejectedCount: 0, warning: "", accepts: "" };
  }

  close(): void {
    // Nothing is open.
  }
}
