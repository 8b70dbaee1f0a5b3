/*
 * The start of the page.
 */
import { invariant } from "@spoor/trace";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { openFile } from "./data/opened-file.ts";
import { StreamProvider } from "./data/stream-context.tsx";
import { browserSeams, TraceStream } from "./data/trace-stream.ts";
import { applyTheme, storedTheme } from "./design/theme.ts";
import { watchFileDrops } from "./pages/file-drop.ts";
import { router } from "./routes.tsx";
import "./design/tokens.css";
import "./design/base.css";

applyTheme(storedTheme());

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A failure is shown at once; the live connection says when to ask again.
      retry: false,
      refetchOnWindowFocus: false,
      staleTime: 5_000,
    },
  },
});

watchFileDrops((file) => {
  void openFile(file);
  void router.navigate({ to: "/file" });
});

const element = document.getElementById("page");
invariant(element !== null, "index.html has the element #page");
createRoot(element).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <StreamProvider stream={new TraceStream(browserSeams)}>
        <RouterProvider router={router} />
      </StreamProvider>
    </QueryClientProvider>
  </StrictMode>,
);
