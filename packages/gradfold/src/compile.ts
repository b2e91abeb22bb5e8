export * from "@gradfold/compile";
