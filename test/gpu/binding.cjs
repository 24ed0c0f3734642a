/** The binding of WebGPU, with a way to destroy its devices behind everybody's back: a word on a channel. */

const { BroadcastChannel } = require("node:worker_threads");

const binding = require(process.env.BODKIN_TEST_WEBGPU);
const channel = new BroadcastChannel("destroy devices");
channel.unref();

exports.create = (options) => {
  const gpu = binding.create(options);
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  return {
    gpu,
    requestAdapter: async (...asked) => {
      const adapter = await requestAdapter(...asked);
      return {
        limits: adapter.limits,
        requestDevice: async (description) => {
          const device = await adapter.requestDevice(description);
          channel.onmessage = () => {
            device.destroy();
            channel.postMessage("destroyed");
          };
          return device;
        },
      };
    },
  };
};
