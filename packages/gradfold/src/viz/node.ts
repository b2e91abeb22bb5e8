export * from "@gradfold/viz/node";
