/*
 * Health: can what is on the other pages be believed?
 */
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import {
  consistencyQuestion,
  findingsQuestion,
  logSearchQuestion,
  lossQuestion,
  mapQuestion,
  searchQuestion,
  servicesQuestion,
  useAnswer,
} from "../data/ask.ts";
import { problemOf } from "../data/api-client.ts";
import {
  healthChecks,
  type HealthFacts,
  healthSentence,
  ORPHAN_QUERY,
} from "../data/health-checks.ts";
import { useInflight, useStatus } from "../data/queries.ts";
import { CopyCommand } from "../views/copy-command.tsx";
import { HealthCard } from "../views/health-card.tsx";
import { ProblemNotice } from "../views/problem-notice.tsx";
import { StatusLine } from "../views/status-line.tsx";
import "./health-page.css";

const PERIOD = { from: "-1h", to: "now" } as const;
/** Accounts change slowly, and nobody looks for a hang here. */
const AGAIN_MS = 5_000;
/** Orphans are looked for in whole traces, which costs more. */
const AGAIN_SLOWLY_MS = 60_000;
/** Enough to say who writes them. */
const LOGS_LOOKED_AT = 200;

/** `/health`. */
export function HealthPage() {
  useEffect(() => {
    document.title = "Health · Spoor";
  }, []);
  const status = useStatus();
  const inflight = useInflight();
  const loss = useAnswer(lossQuestion(), { everyMs: AGAIN_MS });
  const findings = useAnswer(findingsQuestion(), { everyMs: AGAIN_MS });
  const services = useAnswer(servicesQuestion(PERIOD.from), { everyMs: AGAIN_SLOWLY_MS });
  const map = useAnswer(mapQuestion(PERIOD.from, PERIOD.to), { everyMs: AGAIN_SLOWLY_MS });
  const asked = { ...PERIOD, q: ORPHAN_QUERY, sort: "recent", limit: 100, spans: 20 } as const;
  const orphans = useAnswer(searchQuestion(asked), { everyMs: AGAIN_SLOWLY_MS });
  const consistency = useAnswer(consistencyQuestion(), { everyMs: AGAIN_SLOWLY_MS });
  const logs = useAnswer(
    logSearchQuestion({ ...PERIOD, trace: "without", limit: LOGS_LOOKED_AT }),
    { everyMs: AGAIN_SLOWLY_MS },
  );
  const needed = [status, inflight, loss, findings];
  const failed = needed.find(({ error, data }) => error !== null && data === undefined);
  if (failed !== undefined) {
    const retry = (): void => needed.forEach(({ refetch }) => void refetch());
    return <ProblemNotice problem={problemOf(failed.error)} onRetry={retry} />;
  }
  const areOthersPending = [services, map, orphans, consistency, logs].some(
    ({ isPending }) => isPending,
  );
  if (!status.data || !inflight.data || !loss.data || !findings.data || areOthersPending) {
    return <p className="health-wait">Looking at the ways in which tracing can lie…</p>;
  }
  return (
    <Checks
      facts={{
        status: status.data,
        inflight: inflight.data,
        loss: loss.data,
        findings: findings.data,
        services: services.data,
        map: map.data,
        orphans: orphans.data,
        consistency: consistency.data,
        logs: logs.data,
      }}
    />
  );
}

function Checks({ facts }: { readonly facts: HealthFacts }) {
  const checks = healthChecks(facts);
  const isGood = checks.every(({ state }) => state === "good" || state === "note");
  return (
    <>
      <div className="health-scroll">
        <header className="health-head">
          <h1 className={isGood ? "is-good" : ""}>
            <span aria-hidden="true">{isGood ? "✓ " : "▲ "}</span>
            {healthSentence(checks, facts)}
          </h1>
          <p>
            What was received since the start, and the spans of the last hour.{" "}
            <Link to="/explore" search={{ q: "status:error" }}>
              See the errors of your services instead
            </Link>
          </p>
          <CopyCommand text="spoor check" />
        </header>
        <div className="health-cards">
          {checks.map((check) => (
            <HealthCard key={check.key} check={check} />
          ))}
        </div>
      </div>
      <StatusLine status={facts.status} />
    </>
  );
}
