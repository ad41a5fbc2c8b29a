import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{src,device,sim,scripts}/**/*.test.ts'],
    sequence: { shuffle: true },
    retry: 0,
    testTimeout: 10_000,
    dangerouslyIgnoreUnhandledErrors: false,
  },
});
