// What may import what, checked by `pnpm layers`; docs/architecture.md says why.

// The layers of packages/autograd/src: each imports only from itself and those before it.
const layers = [
  "scalar/",
  "matrix/",
  "graph/",
  "ops/",
  "autodiff/",
  "engine/kernel/",
  "engine/target.ts$",
  "engine/plan/",
  "engine/(device|backend|threads|background|pauses).ts$",
  "engine/reference/",
  "engine/planned/",
  "engine/javascript/",
  "engine/wasm/",
  "engine/(?!target|device|backend.ts|threads|background|pauses)[^/]+$",
  "tensor/",
  "(index|backend|checks).ts$",
  "testing/",
];

const source = "^packages/autograd/src/";
const anyOf = (names) => `${source}(${names.join("|")})`;

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...layers.slice(0, -1).map((layer, i) => ({
      name: `${layer.replace(/\W+$/, "")}-is-below`,
      comment: "A layer imports only from the layers before it.",
      severity: "error",
      from: { path: anyOf([layer]) },
      to: { path: anyOf(layers.slice(i + 1)) },
    })),
    {
      name: "every-file-has-a-layer",
      comment: "A new folder is first put in its place in the list of layers.",
      severity: "error",
      from: {},
      to: { path: source, pathNot: anyOf(layers) },
    },
    {
      name: "index-is-for-users",
      comment:
        "Inside a package a file imports what it needs, not the list of public names. " +
        "(The testing kit is a user of them.)",
      severity: "error",
      from: { path: "^packages/([^/]+)/src/", pathNot: "/src/testing/" },
      to: { path: "^packages/$1/src/(testing/)?index.ts$" },
    },
    {
      name: "packages-meet-by-public-names",
      comment: "Write @nabla/autograd or @nabla/nn, never a path into another package.",
      severity: "error",
      from: { path: "^(packages/[^/]+|examples)/" },
      to: { path: "^packages/", pathNot: "^$1/", dependencyTypes: ["local"] },
    },
    {
      name: "no-cycle",
      comment: "Files that import each other can only be read together.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "runs-in-browsers",
      comment: "Node's modules are loaded where they are needed: await import(…).",
      severity: "error",
      from: { path: "^packages/(autograd|data|distributions|images|nn|signal)/src/" },
      to: { dependencyTypes: ["core"], dynamic: false },
    },
    {
      name: "ranks-alone-load-mpi",
      comment:
        "A process that was started by itself loads no library: await import(…) where there are ranks.",
      severity: "error",
      from: { path: "^packages/mpi/src/" },
      to: { path: "^packages/mpi/src/library.ts$", dynamic: false },
    },
    {
      name: "imports-resolve",
      comment: "An import that is not found is not checked either.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    parser: "swc",
    tsPreCompilationDeps: true,
    // The parser takes no JSX: what the pages draw with is not looked at. Nor is what a build makes.
    exclude: { path: "(^|/)(dist|dist-page|node_modules)/|[.]tsx$|^virtual:" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@nabla/source", "import", "default"],
    },
  },
};
