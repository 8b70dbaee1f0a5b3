/* A neighbour that only computes, and has to do with nobody. */
console.log(JSON.stringify({ port: 0 }));
setImmediate(() => {
  for (;;);
});
