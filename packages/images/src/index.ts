/** Images as tensors: files and pixels in, resizing, warps, colours and augmentation with gradients. */
export {};
