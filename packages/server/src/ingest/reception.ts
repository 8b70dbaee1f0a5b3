import type { Clock } from "@spoor/trace";
import { INFLATE_RATIO_EXPECTED } from "../base/limits.ts";
import type { ReceivedRequest } from "../base/received-request.ts";
import type { Intake, IntakeReply, Refused } from "../intake/intake.ts";
import type { Live } from "../live/live.ts";
import type { SelfReport } from "../self/self-report.ts";
import type { Admission, Permit } from "./admission.ts";

/** A whole request, framing removed. */
export interface ArrivedRequest extends Omit<ReceivedRequest, "receivedAtUnixNano"> {
  /** The sender's address, for the status. */
  readonly from: string;
  readonly permit: Permit;
}

/** What the transports share: lets requests in, hands them to the intake, keeps the account. */
export class Reception {
  readonly #intake: Intake;
  readonly #self: SelfReport;
  readonly #admission: Admission;
  readonly #clock: Clock;
  readonly #live: Pick<Live, "take">;

  constructor(parts: {
    readonly intake: Intake;
    readonly self: SelfReport;
    readonly admission: Admission;
    readonly clock: Clock;
    readonly live: Pick<Live, "take">;
  }) {
    this.#intake = parts.intake;
    this.#self = parts.self;
    this.#admission = parts.admission;
    this.#clock = parts.clock;
    this.#live = parts.live;
  }

  /** A client has connected. */
  connected(from: string): void {
    this.#self.connected(from);
  }

  /** A connection was closed at once, because its port had too many. */
  connectionRefused(): void {
    this.#self.ledger.count("connection_limit");
  }

  /** The right to read a request, or undefined when there is no room for it in time. */
  enter(): Promise<Permit | undefined> {
    return this.#admission.enter();
  }

  /** Counts a refusal that a transport found before the whole request was there. */
  refuse(from: string, { reason, message }: Refused): void {
    this.#self.refused({ from, reason, message });
  }

  /** Keeps a whole request and releases its permit. Never rejects. */
  async take({ from, permit, ...request }: ArrivedRequest): Promise<IntakeReply> {
    if (request.compression !== "identity") {
      permit.charge(request.body.length * (INFLATE_RATIO_EXPECTED - 1));
    }
    const receivedAtUnixNano = this.#clock.nowUnixNano();
    const reply = await this.#intake.take({ ...request, receivedAtUnixNano });
    permit.release();
    if (reply.kind === "refused") this.refuse(from, reply);
    else {
      this.#self.accepted(reply);
      this.#live.take(reply.news, reply.shares);
    }
    return reply;
  }
}
