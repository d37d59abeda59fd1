module.exports = {
  workbench: {
    input: process.env.DESCRIPTION,
    output: { target: "build/generated/orval/api.ts", client: "axios-functions", mode: "single" },
  },
};
