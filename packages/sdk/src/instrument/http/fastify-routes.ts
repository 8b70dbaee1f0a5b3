/*
 * The route of a Fastify request. Fastify says on a diagnostics channel when an instance is made;
 * one hook on it leaves the pattern of each request where the SERVER span looks for it. No span of
 * its own, and no package.
 */
import diagnosticsChannel from "node:diagnostics_channel";
import { context } from "@opentelemetry/api";
import { guarded, type OnFailure } from "../base/guard.ts";
import { requestMetadata } from "./http-context.ts";

const CHANNEL = "fastify.initialization";

interface FastifyInstance {
  addHook(
    name: "onRequest",
    hook: (request: FastifyRequest, reply: unknown, done: () => void) => void,
  ): unknown;
}

interface FastifyRequest {
  readonly routeOptions?: { readonly url?: string };
}

/** Starts to note routes; the answer ends it for instances that are made later. */
export function noteFastifyRoutes(onFailure: OnFailure): () => void {
  const onInstance = (message: unknown): void => {
    guarded("fastify", onFailure, () => {
      // What Fastify publishes on this channel.
      const { fastify } = message as { readonly fastify: FastifyInstance };
      fastify.addHook("onRequest", (request, _reply, done) => {
        const metadata = requestMetadata(context.active());
        const route = request.routeOptions?.url;
        if (metadata !== undefined && route !== undefined) metadata.route = route;
        done();
      });
    });
  };
  diagnosticsChannel.subscribe(CHANNEL, onInstance);
  return () => void diagnosticsChannel.unsubscribe(CHANNEL, onInstance);
}
