// The entry points are in CairnFuzz; a target has a source of its own.
extern int LLVMFuzzerTestOneInput(const unsigned char *bytes, unsigned long count);
int (*const cairn_fuzz_entry)(const unsigned char *, unsigned long) = LLVMFuzzerTestOneInput;
