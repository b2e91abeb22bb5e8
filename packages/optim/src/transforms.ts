export { scaleByLearningRate, trace } from "./transform.ts";
