import { lookVariables, type ServiceLook } from "./service-colour.ts";

/** What {@link Monogram} takes. */
export interface MonogramProps {
  readonly service: string;
  readonly look: ServiceLook | undefined;
}

/** The two letters of a service on its colour. Hidden from readers: the name stands beside it. */
export function Monogram({ service, look }: MonogramProps) {
  return (
    <span
      className={look?.isStriped === true ? "monogram is-striped" : "monogram"}
      style={lookVariables(look)}
      title={service}
      aria-hidden="true"
    >
      {look?.monogram ?? "?"}
    </span>
  );
}
