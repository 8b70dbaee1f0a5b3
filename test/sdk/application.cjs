/* The smallest application in CommonJS. */
const { trace } = require("@opentelemetry/api");

trace.getTracer("application").startSpan("job").end();
