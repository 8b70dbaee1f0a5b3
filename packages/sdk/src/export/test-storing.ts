/*
 * A process for tests: `test-storing.ts FOLDER PORT`. Stores batches in a queue on disk, because
 * nobody listens at the port, says how many spans those are, and stays until it is killed.
 */
import { SpanExporter } from "./span-exporter.ts";
import {
  TEST_RESOURCE,
  testChunk,
  TestObserver,
  testEndpoint,
  testSettings,
} from "./test-spans.ts";

const [queueFolder = "", port = ""] = process.argv.slice(2);
const exporter = new SpanExporter({
  settings: testSettings({ endpoint: testEndpoint(Number(port)), queueFolder }),
  resource: TEST_RESOURCE,
  observer: new TestObserver(),
});
for (let batch = 0; batch < 4; batch += 1) {
  exporter.accept(testChunk(100));
  await exporter.flush(10_000);
}
process.send?.({ stored: exporter.counts().stored });
setInterval(() => undefined, 1000);
