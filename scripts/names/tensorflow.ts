import type { Library } from "./library.ts";

export const tensorflow: Library = {
  key: "tensorflow",
  title: "TensorFlow.js",
  groups: [
    [
      "Making arrays",
      `
tf: zeros ones zerosLike onesLike linspace eye meshgrid
tf.tensor tf.tensor1d tf.tensor2d tf.tensor3d tf.tensor4d tf.tensor5d tf.tensor6d -> array([[1, 2], [3, 4]]) // float64 by default; { dtype: "float32" } is an option
tf.scalar -> array(5)
tf.fill -> full([2, 3], 7)
tf.range -> arange(0, 10, 2)
tf.variable tf.clone -> x // nothing changes, so nobody needs a variable or a copy
tf.buffer -> array(Float64Array.from({ length: 4 }, (_, i) => i * i)) // write a typed array of your own, then take it
tf.initializers.zeros -> zeros([64, 32])
tf.initializers.ones -> ones([64, 32])
tf.initializers.constant -> full([64, 32], 0.1)
tf.initializers.identity -> eye(3)
tf.initializers.glorotUniform -> initializer.glorotUniform(key, [64, 32])
tf.initializers.glorotNormal -> initializer.glorotNormal(key, [64, 32])
tf.initializers.heUniform -> initializer.heUniform(key, [64, 32])
tf.initializers.heNormal -> initializer.heNormal(key, [64, 32])
tf.initializers.leCunUniform -> initializer.lecunUniform(key, [64, 32])
tf.initializers.leCunNormal -> initializer.lecunNormal(key, [64, 32])
tf.initializers.orthogonal -> initializer.orthogonal(key, [64, 32])
tf.initializers.randomNormal -> random.normal(key, [64, 32], { standardDeviation: 0.05 })
tf.initializers.randomUniform -> random.uniform(key, [64, 32], { min: -0.05, max: 0.05 })
tf.initializers.truncatedNormal -> mul(0.05, random.truncatedNormal(key, [64, 32], { min: -2, max: 2 }))
tf.initializers.varianceScaling -> random.normal(key, [64, 32], { standardDeviation: Math.sqrt(1 / 64) })
`,
    ],
    [
      "Shapes",
      `
tf: reshape transpose squeeze expandDims broadcastTo stack split tile pad
tf.concat tf.concat1d tf.concat2d tf.concat3d tf.concat4d -> concatenate([x, y], 0)
tf.unstack -> unstack(x)
tf.reverse tf.reverse1d tf.reverse2d tf.reverse3d tf.reverse4d -> flip(x, 1)
tf.pad1d tf.pad2d tf.pad3d tf.pad4d -> pad(x, [[0, 0], [1, 2]])
tf.diag -> diag(v)
tf.linalg.bandPart -> tril(triu(a, -1), 1)
tf.linalg.qr -> qr(tall) // { q, r }; r's diagonal is not negative
tf.linalg.gramSchmidt -> transpose(qr(transpose(a)).q) // orthonormal rows
tf.slice tf.slice1d tf.slice2d tf.slice3d tf.slice4d tf.stridedSlice -> slice(x, [[0, 2], [1, 4, 2]]) // [from, to, step] for each axis; TensorFlow.js takes beginnings and sizes
tf.cast tf.Tensor.asType tf.Tensor.toFloat tf.Tensor.toInt tf.Tensor.toBool -> cast(x, "float32")
tf.Tensor.as1D tf.Tensor.as2D tf.Tensor.as3D tf.Tensor.as4D tf.Tensor.as5D tf.Tensor.flatten tf.Tensor.reshapeAs -> reshape(x, -1)
tf.Tensor.asScalar -> reshape(array([5]), [])
tf.Tensor.rank -> x.shape.length
tf.ensureShape -> expectShape(x, [3, 4]) // also tells the compiler
tf.broadcastArgs -> add(zeros([3, 1]), zeros([4])).shape
`,
    ],
    [
      "Choosing elements",
      `
tf: where oneHot searchSorted
tf.argMax -> argmax(x, 1) // all axes by default
tf.argMin -> argmin(x, 1)
tf.gather -> take(x, indices, 0)
tf.gatherND -> takeAlongAxis(x, expandDims(labels, 1), 1) // one element of each row
tf.topk -> slice(flip(sort(v)), [[0, 2]])
tf.lowerBound -> searchSorted(v, array([2, 9]))
tf.upperBound -> searchSorted(v, array([2, 9]), { side: "right" })
tf.clipByValue -> clip(x, 0, 1)
tf.tensorScatterUpdate -> set(x, [0, [1, 3]], 7)
tf.scatterND tf.sparseToDense tf.unsortedSegmentSum -> matmul(transpose(oneHot(labels, 4)), x) // the rows of x, summed by label
tf.inTopKAsync -> equal(argmax(logits, 1), labels) // for k = 1
`,
    ],
    [
      "Elementwise",
      `
tf: add sub mul div neg abs sign square sqrt rsqrt reciprocal exp expm1 log log1p sin cos tan asin acos atan atan2 sinh cosh tanh erf
tf: pow floor ceil round maximum minimum relu sigmoid logSigmoid softplus softmax logSoftmax
tf: equal notEqual less lessEqual greater greaterEqual logicalAnd logicalOr logicalNot isNaN isFinite
tf.addN -> add(add(x, y), x)
tf.mod -> remainder(x, 3)
tf.floorDiv -> floor(div(x, 2))
tf.divNoNan -> where(equal(y, 0), 0, div(x, where(equal(y, 0), 1, y)))
tf.squaredDifference -> loss.squaredError(x, y)
tf.isInf -> logicalNot(logicalOr(isFinite(x), isNaN(x)))
tf.logicalXor -> notEqual(logicalNot(x), logicalNot(y))
tf.asinh -> log(add(x, sqrt(add(square(x), 1)))) // loses digits near 0 and below it
tf.acosh -> log(add(x, sqrt(sub(square(x), 1))))
tf.atanh -> mul(0.5, sub(log1p(p), log1p(neg(p))))
tf.step -> cast(greater(x, 0), "float64")
tf.relu6 -> clip(x, 0, 6)
tf.selu -> mul(1.0507009873554805, elu(x, 1.6732632423543772))
tf.leakyRelu -> leakyRelu(x, 0.2) // the slope is 0.01 by default
tf.elu -> elu(x)
tf.prelu -> leakyRelu(x, 0.25) // the slope may be an array with a gradient
tf.dropout -> where(random.bernoulli(key, [3, 4], { p: 0.5 }), div(x, 0.5), 0) // p is the part that stays
`,
    ],
    [
      "Reductions",
      `
tf: sum prod mean max min all any logSumExp
tf.cumsum -> cumsum(x, 0) // only a vector may leave out the axis
tf.moments -> [mean(x, 0), variance(x, 0)]
tf.norm tf.euclideanNorm -> norm(x, 1)
tf.cumprod -> exp(cumsum(log(v))) // of positive numbers
tf.bincount tf.denseBincount -> sum(oneHot(labels, 4), 0)
tf.movingAverage -> add(mul(0.9, x), mul(0.1, y))
tf.batchNorm tf.batchNorm2d tf.batchNorm3d tf.batchNorm4d -> standardize.apply(standardize.fit(x), x) // of data; a layer with running means is a state of one's own
`,
    ],
    [
      "Linear algebra",
      `
tf: einsum
tf.dot -> dot(v, w) // of vectors; matmul for all else
tf.matMul -> matmul(a, b)
tf.outerProduct -> outer(v, w)
`,
    ],
    [
      "Random numbers",
      `
tf.randomUniform tf.rand -> random.uniform(key, [2, 3]) // a key in the place of a seed: split it for each use
tf.randomNormal tf.randomStandardNormal -> random.normal(key, [2, 3])
tf.randomUniformInt -> random.integers(key, [4], { min: 0, max: 10 })
tf.truncatedNormal -> random.truncatedNormal(key, [2, 3], { min: -2, max: 2 })
tf.multinomial -> random.categorical(key, logits) // an index for each row
`,
    ],
    [
      "Derivatives",
      `
tf: grad
tf.valueAndGrad -> valueAndGrad(f)(v) // a pair [value, gradient]
tf.grads -> grad((p: NDArray, q: NDArray) => dot(p, q), { argnums: [0, 1] })(v, w)
tf.valueAndGrads -> valueAndGrad((p: NDArray, q: NDArray) => dot(p, q), { argnums: [0, 1] })(v, w)
tf.variableGrads -> grad((p: { readonly w: NDArray; readonly b: NDArray }) => sum(mul(p.w, p.b)))(params) // parameters are an argument, a tree
tf.customGrad -> customVjp((q: NDArray) => sum(q), { forward: (q) => [sum(q), q], backward: (q, t) => [mul(t, q)] })
tf.tidy tf.keep tf.dispose tf.disposeVariables tf.Tensor.isDisposed tf.Tensor.throwIfDisposed -> f(v) // the garbage collector does it
`,
    ],
    [
      "Losses and metrics",
      `
tf.losses.meanSquaredError tf.metrics.meanSquaredError tf.metrics.mse tf.metrics.MSE -> mean(loss.squaredError(predictions, targets)) // predictions come first; losses keep their rows
tf.losses.absoluteDifference tf.metrics.meanAbsoluteError -> mean(loss.absoluteError(predictions, targets))
tf.losses.huberLoss -> mean(loss.huber(predictions, targets))
tf.losses.hingeLoss -> mean(loss.hinge(predictions, sub(mul(2, targets), 1))) // targets of -1 and 1, not of 0 and 1
tf.losses.logLoss tf.metrics.binaryCrossentropy -> mean(loss.sigmoidBinaryCrossEntropy(sub(log(p), log1p(neg(p))), q)) // of probabilities: keep the logits instead
tf.losses.sigmoidCrossEntropy -> mean(loss.sigmoidBinaryCrossEntropy(logits, probabilities))
tf.losses.softmaxCrossEntropy tf.metrics.categoricalCrossentropy -> mean(loss.softmaxCrossEntropy(logits, probabilities)) // logits, not probabilities
tf.losses.cosineDistance -> mean(loss.cosineDistance(x, y))
tf.losses.computeWeightedLoss -> mean(mul(u, loss.softmaxCrossEntropyWithIntegerLabels(logits, labels))) // weights are a product
tf.metrics.cosineProximity -> mean(loss.cosineSimilarity(x, y)) // Keras's has the other sign
tf.metrics.binaryAccuracy -> mean(cast(equal(greater(x, 0.5), c), "float64"))
tf.metrics.categoricalAccuracy tf.metrics.sparseCategoricalAccuracy -> metric.accuracy(logits, labels) // classes by number
tf.metrics.precision -> metric.precision(metric.confusionMatrix(argmax(logits, 1), labels, 4)) // for each class
tf.metrics.recall -> metric.recall(metric.confusionMatrix(argmax(logits, 1), labels, 4))
tf.metrics.r2Score -> metric.r2(predictions, targets)
tf.metrics.meanAbsolutePercentageError tf.metrics.mape tf.metrics.MAPE -> mul(100, mean(abs(div(sub(targets, predictions), targets))))
tf.math.confusionMatrix -> metric.confusionMatrix(argmax(logits, 1), labels, 4) // predictions come first
`,
    ],
    [
      "Optimizers and training",
      `
tf.train.sgd -> sgd(0.1)
tf.train.momentum -> sgd(0.1, { momentum: 0.9 })
tf.train.adam -> adam(1e-3)
tf.train.adamax -> adamax(2e-3)
tf.train.rmsprop -> rmsprop(1e-3)
tf.train.adagrad -> adagrad(0.1)
tf.train.adadelta -> adadelta(1)
tf.constraints.nonNeg -> projection.nonNegative(params)
tf.constraints.maxNorm -> projection.l2Ball(params, 2)
tf.constraints.unitNorm -> div(x, norm(x, 0, { keepDims: true }))
tf.constraints.minMaxNorm -> mul(x, div(clip(norm(x, 0, { keepDims: true }), 0.5, 2), norm(x, 0, { keepDims: true })))
tf.regularizers.l2 -> mul(0.01, square(globalNorm(params))) // added to the loss, or the option weightDecay
tf.regularizers.l1 tf.regularizers.l1l2 -> mul(0.01, norm(tree.ravel(params)[0], 0, { ord: 1 }))
tf.callbacks.earlyStopping -> trajectory.fold(step, start, steps(20), { until: trajectory.earlyStopping({ patience: 5 }) })
tf.model tf.sequential tf.input -> trajectory.fold(step, start, steps(20)) // a model is a function of a tree of parameters, and this its fit
tf.nextFrame -> trajectory.extend(run, steps(3)) // a run in chunks, with await between them
`,
    ],
    [
      "Data",
      `
tf.data.array tf.data.zip -> ({ x, y }) // a tree of arrays with as many rows
tf.data.generator tf.data.func -> batches(key, data, { size: 2, epochs: 3 }) // inputs by number, so that a run can be computed again
tf.data.Dataset.batch tf.data.Dataset.shuffle tf.data.Dataset.repeat -> batches(key, data, { size: 2, epochs: 3 }) // shuffled by the key, without a buffer
tf.data.Dataset.take tf.data.Dataset.skip -> sliceInputs(batches(key, data, { size: 2, epochs: 3 }), 1, 3)
tf.data.Dataset.map tf.data.Dataset.mapAsync tf.data.Dataset.filter -> tree.map((rows) => mul(2, rows), { w: x, b: y }) // before the run
tf.data.Dataset.concatenate -> ({ x: concatenate([x, y]), y: concatenate([u, z]) })
tf.data.Dataset.toArray tf.data.Dataset.toArrayForTest tf.data.Dataset.forEachAsync -> batches(key, data, { size: 2 }).at(0)
`,
    ],
    [
      "Reading numbers, and saving",
      `
tf.Tensor.array tf.Tensor.arraySync -> toNested(x) // at once, without a promise
tf.Tensor.data tf.Tensor.dataSync tf.Tensor.bytes tf.Tensor.bufferSync -> toTypedArray(x)
tf.print tf.Tensor.toString -> print(x) // the text, for console.log
tf.profile -> explain(f)(v) // the programs and the bytes that a compiled function needs
tf.enableDebugMode -> debugNaN(f)(v)
tf.io.decodeWeights tf.io.loadWeights -> recording.decode(recording.encode(recording.of(run)))
tf.io.encodeWeights -> recording.encode(recording.of(run)) // save and load of the node entry write and read files
`,
    ],
  ],
  absent: [
    [
      "Layers and loading of models",
      "a layer is a function of parameters; a model of another library is its arrays",
      "tf: loadGraphModel loadGraphModelSync loadLayersModel basicLSTMCell multiRNNCell registerCallbackConstructor localResponseNormalization tf.io: fromMemory fromMemorySync withSaveHandler withSaveHandlerSync browserFiles browserHTTPRequest concatenateArrayBuffers copyModel decodeWeightsStream getLoadHandlers getModelArtifactsForJSON getModelArtifactsForJSONSync getModelArtifactsInfoForJSON getSaveHandlers getWeightSpecs http isHTTPScheme listModels moveModel registerLoadRouter registerSaveRouter removeModel weightsLoaderFactory",
    ],
    [
      "Back ends and kernels",
      "there is one, WebAssembly, and nothing to choose",
      "tf: backend copyRegisteredKernels deprecationWarn deregisterOp disableDeprecationWarnings enableProdMode engine env findBackend findBackendFactory forceHalfFloat getBackend getGradient getKernel getKernelsForBackend memory op ready registerBackend registerGradient registerKernel registerOp removeBackend setBackend setPlatform setWebGLContext time unregisterGradient unregisterKernel upcastType sumOutType tf.Tensor: dataToGPU",
    ],
    [
      "Convolutions, pooling and images",
      "not there yet; a window is a `slice`, and windows are a `stack`",
      "tf: avgPool avgPool3d maxPool maxPool3d maxPoolWithArgmax pool conv1d conv2d conv2dTranspose conv3d conv3dTranspose depthwiseConv2d separableConv2d dilation2d depthToSpace batchToSpaceND spaceToBatchND mirrorPad tf.image: cropAndResize flipLeftRight grayscaleToRGB nonMaxSuppression nonMaxSuppressionAsync nonMaxSuppressionPadded nonMaxSuppressionPaddedAsync nonMaxSuppressionWithScore nonMaxSuppressionWithScoreAsync resizeBilinear resizeNearestNeighbor rgbToGrayscale rotateWithOffset threshold transform tf.Tensor: resizeBilinear resizeNearestNeighbor tf.browser: draw fromPixels fromPixelsAsync toPixels",
    ],
    [
      "Fourier transforms and windows",
      "signal processing is out of scope",
      "tf: fft ifft rfft irfft cosineWindow enclosingPowerOfTwo tf.signal: frame hammingWindow hannWindow stft tf.spectral: fft ifft irfft rfft",
    ],
    [
      "Values whose size depends on the data",
      "take the elements out by `toNested` and use JavaScript's `filter` and `Set`",
      "tf: booleanMaskAsync setdiff1dAsync unique whereAsync raggedGather raggedRange raggedTensorToTensor tf.sparse: sparseFillEmptyRows sparseReshape sparseSegmentMean sparseSegmentSum",
    ],
    ["Complex numbers and bits", "float64, float32, int32 and bool only", "tf: complex imag real bitwiseAnd"],
    ["Other distributions", "not there yet, gamma and beta first", "tf: randomGamma"],
    [
      "Sources of data",
      "JavaScript reads them; the arrays are what a run takes",
      "tf.data: csv microphone webcam tf.data.Dataset: prefetch",
    ],
  ],
};
