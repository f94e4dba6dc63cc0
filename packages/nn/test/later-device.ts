// The JavaScript device as one whose answers have to be awaited, as those of a graphics card.
import {
  type Device,
  type DeviceMemory,
  JavaScriptDevice,
  PlannedBackend,
  type Program,
  register,
} from "@nabla/autograd/backend";

/** In the next turn of the event loop; what lay there when it was asked for. */
function later<T>(answer: T | Promise<T>): Promise<T> {
  return new Promise((resolve) => void setImmediate(() => resolve(answer)));
}

/** `from`, but for what `own` has. */
function changed<T extends object>(from: T, own: Partial<T>): T {
  return new Proxy(from, {
    get(target, name) {
      if (name in own) return own[name as keyof T];
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function laterDevice(): Device {
  const device = new JavaScriptDevice();
  const memory: DeviceMemory = changed<DeviceMemory>(device.memory, {
    read: (address, dtype, size) => later(device.memory.read(address, dtype, size)),
  });
  return changed<Device>(device, {
    answersLater: true,
    memory,
    load(plan) {
      const program = device.load(plan);
      return changed<Program>(program, {
        read: (buffer) => later(program.read(buffer)),
        failure: () => later(program.failure()),
      });
    },
  });
}

register(new PlannedBackend("at once", () => new JavaScriptDevice()));

/** The name of the back end. */
export const answersLater = "answers later";
register(new PlannedBackend(answersLater, laterDevice));
