export * from "@gradfold/optim/node";
