/** One process among those that send, as far as its resource says which. */
export interface SenderName {
  /** `service.name`. */
  readonly service: string;
  /** `service.instance.id`; empty where the sender names none. */
  readonly instance: string;
}
