/**
 * The binding of WebGPU, with a way to destroy its devices behind everybody's back: a word on a channel. "destroy" and
 * "remove" do it at once, "destroy at read" when data is next read from one.
 */

const { BroadcastChannel } = require("node:worker_threads");

const binding = require(process.env.BODKIN_TEST_WEBGPU);
const channel = new BroadcastChannel("destroy devices");
channel.unref();

let isGone = false;
let isArmed = false;

/** Destroys the device where it is told to, in the midst of a task. */
function watchReads(device) {
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (description) => {
    const buffer = createBuffer(description);
    const mapAsync = buffer.mapAsync.bind(buffer);
    buffer.mapAsync = (mode, ...range) => {
      if (isArmed && mode === 1) {
        isArmed = false;
        device.destroy();
        channel.postMessage("destroyed");
      }
      return mapAsync(mode, ...range);
    };
    return buffer;
  };
}

exports.create = (options) => {
  const gpu = binding.create(options);
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  return {
    gpu,
    requestAdapter: async (...asked) => {
      const adapter = isGone ? null : await requestAdapter(...asked);
      if (!adapter) return null;
      return {
        limits: adapter.limits,
        requestDevice: async (description) => {
          const device = await adapter.requestDevice(description);
          watchReads(device);
          channel.onmessage = ({ data }) => {
            isGone = data === "remove";
            if (data === "destroy at read") isArmed = true;
            else device.destroy();
            channel.postMessage(`${data}: done`);
          };
          return device;
        },
      };
    },
  };
};
