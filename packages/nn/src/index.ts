/**
 * Networks and their training: the public names, grouped by what a user does.
 *
 * @module @nabla/nn
 */

// Layers, and models of them

export { relu, sigmoid, softmax, tanh } from "@nabla/autograd";
export * from "./layers.ts";
export type { Sequential } from "./sequential.ts";
export { sequential } from "./sequential.ts";
export type { SummaryOptions } from "./summary.ts";
export { summary } from "./summary.ts";

// Layers of one's own, and what the compiler knows of them

export type { Layer, LayerFunction, Model, NamedParameter, Part, Parts } from "./layer.ts";
export type { MadeOf } from "./parts.ts";
export { madeOf } from "./parts.ts";
export type { Shaped } from "./shapes.ts";

// Models as functions of their parameters

export type { ParameterTree } from "./functional.ts";
export { parametersOf, stacked, withParameters } from "./functional.ts";
export type { Lora, LoraOptions } from "./lora.ts";
export { lora } from "./lora.ts";

// First values

export { constant } from "./constant.ts";
export type {
  Fans,
  Initializer,
  InitializerOptions,
  NormalOptions,
  UniformOptions,
  WeightShape,
} from "./initializers.ts";
export {
  heNormal,
  heUniform,
  normal,
  orthogonal,
  uniform,
  xavierNormal,
  xavierUniform,
  zeros,
} from "./initializers.ts";

// Costs and metrics

export type {
  BinaryCrossEntropyOptions,
  BinaryFocalCrossEntropyOptions,
  ClassCostOptions,
  CrossEntropyOptions,
  CtcOptions,
  FocalCrossEntropyOptions,
  GaussianOptions,
  HuberOptions,
  InfoNCEOptions,
  MarginOptions,
  MeanSquaredError,
  PoissonOptions,
  Reduced,
  Reduction,
  ReductionOptions,
  TripletOptions,
} from "./costs.ts";
export {
  binaryCrossEntropy,
  binaryFocalCrossEntropy,
  contrastive,
  cosineDistance,
  cosineEmbedding,
  crossEntropy,
  ctc,
  focalCrossEntropy,
  gaussianNegativeLogLikelihood,
  hinge,
  huber,
  infoNCE,
  klDivergence,
  logCosh,
  meanSquaredError,
  negativeLogLikelihood,
  poissonNegativeLogLikelihood,
  quadraticCost,
  triplet,
} from "./costs.ts";
export type {
  Average,
  Averaged,
  BinaryAccuracy,
  BinaryAccuracyOptions,
  ClassMetric,
  ClassOptions,
  ConfusionMatrix,
  MeanAbsoluteError,
  Measured,
  Metric,
  MetricState,
  Metrics,
  MetricValue,
  PerplexityOptions,
  R2Options,
  RankingAverage,
  RankingOptions,
  RankingValue,
  StatefulMetric,
} from "./metrics.ts";
export {
  accuracy,
  averagePrecision,
  binaryAccuracy,
  confusionMatrix,
  f1Score,
  iou,
  meanAbsoluteError,
  perplexity,
  precision,
  r2Score,
  recall,
  rocAuc,
  topK,
} from "./metrics.ts";

// Optimisers and their learning rates, and what they leave alone

export { clipGradNorm, clipGradValue } from "./clipping.ts";
export { freeze, unfreeze } from "./freezing.ts";
export type { AdaDeltaOptions } from "./optimizers/ada-delta.ts";
export { adaDelta } from "./optimizers/ada-delta.ts";
export type { AdaGradOptions } from "./optimizers/ada-grad.ts";
export { adaGrad } from "./optimizers/ada-grad.ts";
export { adaMax } from "./optimizers/ada-max.ts";
export type { AdafactorOptions } from "./optimizers/adafactor.ts";
export { adafactor } from "./optimizers/adafactor.ts";
export type { AdamOptions } from "./optimizers/adam.ts";
export { adam } from "./optimizers/adam.ts";
export type { AdamWOptions } from "./optimizers/adam-w.ts";
export { adamW } from "./optimizers/adam-w.ts";
export { everyNth } from "./optimizers/every-nth.ts";
export { weightsDecay } from "./optimizers/groups.ts";
export type { LambOptions } from "./optimizers/lamb.ts";
export { lamb } from "./optimizers/lamb.ts";
export type { LionOptions } from "./optimizers/lion.ts";
export { lion } from "./optimizers/lion.ts";
export type { LookaheadOptions } from "./optimizers/lookahead.ts";
export { lookahead } from "./optimizers/lookahead.ts";
export type { MomentOptions } from "./optimizers/moments.ts";
export type { MuonOptions } from "./optimizers/muon.ts";
export { muon } from "./optimizers/muon.ts";
export type { NAdamOptions } from "./optimizers/n-adam.ts";
export { nAdam } from "./optimizers/n-adam.ts";
export type {
  Moving,
  Optimizer,
  OptimizerState,
  ParameterGroup,
  Parameters,
  Rule,
  Update,
} from "./optimizers/optimizer.ts";
export { optimizerBy } from "./optimizers/optimizer-by.ts";
export { rAdam } from "./optimizers/r-adam.ts";
export type { RmsPropOptions } from "./optimizers/rms-prop.ts";
export { rmsProp } from "./optimizers/rms-prop.ts";
export type { SgdOptions } from "./optimizers/sgd.ts";
export { sgd } from "./optimizers/sgd.ts";
export type {
  CosineDecayOptions,
  ExponentialDecayOptions,
  LearningRate,
  LinearOptions,
  OneCycleOptions,
  Schedule,
  StepDecayOptions,
  WarmupOptions,
} from "./schedules.ts";
export {
  cosineDecay,
  exponentialDecay,
  linear,
  oneCycle,
  stepDecay,
  warmup,
} from "./schedules.ts";

// Optimisers as chains

export { clipByNorm, clipByValue } from "./transforms/bounds.ts";
export type { ChainOptions, Transform, Transforming } from "./transforms/chain.ts";
export { chain } from "./transforms/chain.ts";
export type { ScaleByRmsOptions } from "./transforms/moments.ts";
export { addMomentum, scaleByAdam, scaleByRms } from "./transforms/moments.ts";
export type { DecayOptions } from "./transforms/plain.ts";
export { decayWeights, scaleByTrustRatio, takeSigns } from "./transforms/plain.ts";

// Training and measuring

export type { AveragedOptions, AveragedWeights } from "./averaged.ts";
export { averaged } from "./averaged.ts";
export type { Batch, Batches, BatchOptions, Dataset } from "./batches.ts";
export { batches } from "./batches.ts";
export type { Callback, CallbackParts, Kept, KeptState, StatefulCallback } from "./callbacks.ts";
export type { CollateOptions, Padded, PadOptions } from "./collated.ts";
export { collated, padded } from "./collated.ts";
export type { WeighableCost } from "./example-weights.ts";
export type { BatchStream, StreamedBatch, TrainingData } from "./feed.ts";
export { fit } from "./fit.ts";
export type {
  BatchCost,
  BatchFitOptions,
  BatchMetric,
  BatchMetrics,
  FitOptions,
  MeasuredOfBatches,
  Observed,
  TrainingOptions,
} from "./fit-options.ts";
export type { CheckpointOptions } from "./fit-position.ts";
export {
  type LearningRateSweep,
  learningRateSweep,
  type SweepOptions,
  type SweepPoint,
} from "./learning-rate-sweep.ts";
export { type MeasureOptions, measure } from "./measure.ts";
export type { AnyReport, Report, Reports } from "./report.ts";
export { type EventOptions, eventFileHeader, eventRecord } from "./reports/event-files.ts";
export { csvColumns, csvHeader, csvRow, jsonLine } from "./reports/lines.ts";
export { progressLine } from "./reports/progress-line.ts";
export type { Team } from "./team.ts";
export type { TrainStepOptions, TrainStepReport } from "./train-step.ts";
export { trainStep } from "./train-step.ts";
export type { BatchOf, NumbersFor, TensorsOf, TreeData } from "./tree-feed.ts";
export type {
  BestModel,
  EarlyStopping,
  Plateau,
  PlateauOptions,
  WatchOptions,
} from "./watching.ts";
export { bestModel, earlyStopping, reduceOnPlateau } from "./watching.ts";

// Minima, roots and curvature

export { fisherProduct, gaussNewtonProduct } from "./curvature-products.ts";
export type { Minimum } from "./minimize/minimize.ts";
export { minimize, minimizeCost } from "./minimize/minimize.ts";
export type { MinimizeOptions, MinimizeReport, MinimizeState } from "./minimize/options.ts";
export type { RootOptions } from "./root-find.ts";
export { rootFind } from "./root-find.ts";
export type { SharpnessOptions } from "./sharpness.ts";
export { sharpnessAware } from "./sharpness.ts";

// Differential equations

export type { OdeOptions } from "./ode/odeint.ts";
export { odeint } from "./ode/odeint.ts";

// Files

export type { Progress, Training } from "./files/checkpoint.ts";
export { loadCheckpoint, saveCheckpoint } from "./files/checkpoint.ts";
export type { ByteStream } from "./files/reading.ts";
export type {
  LoadOptions,
  LoadReport,
  NameOptions,
  ReadOptions,
  SafetensorsFile,
  Saved,
  SaveOptions,
} from "./files/safetensors.ts";
export {
  loadSafetensors,
  readSafetensors,
  saveSafetensors,
  toSafetensors,
} from "./files/safetensors.ts";
export type { ShardOptions, ShardSource } from "./files/shards.ts";
export { loadShards, readShards } from "./files/shards.ts";
export type { ByteSink } from "./files/sinks.ts";
export type { Bytes } from "./files/source.ts";

// Looking inside

export type { DataOptions, DataPoint } from "./explain/data-study.ts";
export { dataStudy } from "./explain/data-study.ts";
export type { DescentOptions, DescentPoint } from "./explain/descent-study.ts";
export { descentStudy } from "./explain/descent-study.ts";
export type { Cost, CostOptions } from "./explain/example-costs.ts";
export { costTerms, exampleCosts } from "./explain/example-costs.ts";
export type {
  Avenues,
  Effects,
  LayerNudges,
  NeuronNudges,
  Nudges,
} from "./explain/nudges.ts";
export { nudges } from "./explain/nudges.ts";
export { perExampleGradients } from "./explain/per-example.ts";
export type { Component, NudgeResult, SensitivityOptions } from "./explain/sensitivity.ts";
export { pairByRatio, sensitivity, tryNudge } from "./explain/sensitivity.ts";
export type { StepOptions, StepResult } from "./explain/try-step.ts";
export { tryStep } from "./explain/try-step.ts";
