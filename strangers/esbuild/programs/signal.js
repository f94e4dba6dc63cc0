export * from "@nabla/signal";
