export * from "@nabla/images";
