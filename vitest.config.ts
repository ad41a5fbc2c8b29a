import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{src,device,sim,scripts}/**/*.test.ts'],
    sequence: { shuffle: true },
    retry: 0,
    testTimeout: 2_000,
    dangerouslyIgnoreUnhandledErrors: false,
  },
});
