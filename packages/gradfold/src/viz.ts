export * from "@gradfold/viz";
