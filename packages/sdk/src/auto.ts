/** Starts the SDK from the environment alone: `node --import @spoor/sdk/auto app.js`. */
import { spoor } from "./index.ts";

spoor();
