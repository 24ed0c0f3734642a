/** The binding of WebGPU, with a way to destroy its devices behind everybody's back: a word on a channel. */

const { BroadcastChannel } = require("node:worker_threads");

const binding = require(process.env.BODKIN_TEST_WEBGPU);
const channel = new BroadcastChannel("destroy devices");
channel.unref();

let isGone = false;

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
          channel.onmessage = ({ data }) => {
            isGone = data === "remove";
            device.destroy();
            channel.postMessage("done");
          };
          return device;
        },
      };
    },
  };
};
