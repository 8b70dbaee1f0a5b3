import { Link } from "@tanstack/react-router";
import "../views/notices.css";

/** Any address that is none of ours. */
export function UnknownPage() {
  return (
    <section className="problem">
      <h1 className="problem-title">There is no such page</h1>
      <p>
        <Link to="/">See the recent traces</Link>
      </p>
    </section>
  );
}
