/** As if an image unpacked for ever. */
process.on('message', () => {});
process.on('disconnect', () => process.exit(0));
