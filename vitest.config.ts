import { defineConfig } from "vitest/config";

const conditions = ["source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { environment: "node", globals: false, include: ["{packages,apps}/*/test/**/*.test.ts"] },
});
