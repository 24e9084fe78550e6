// Checks the kernels of this processor against scalar truths, and its instruction sets with each other; prints digests of
// the results, which are to be the same on every processor whose best sets multiply and add in one step.
//
//   check [the set that "fast" is to be]
//
// Tools/check-arm.sh builds and runs it for processors that are not at hand.
#include "check.h"

#include <stdio.h>
#include <string.h>

static void print_digest(const char *name, const digest *d) {
  if (d->empty)
    printf("%s none\n", name);
  else
    printf("%s %016llx\n", name, (unsigned long long)d->value);
}

int main(int count, char **arguments) {
  const char *fast = lfm_packed_kernels_named("fast")->name;
  fprintf(stderr, "%s and exact-%s\n", fast, lfm_kernels_named("exact")->name);
  expect(count < 2 || strcmp(fast, arguments[1]) == 0, "fast is %s, not %s", fast, arguments[1]);
  digest packed = {0xcbf29ce484222325u, 1}, exact = packed;
  check_packing();
  check_packed(&packed);
  check_products(&exact);
  check_operations(&exact);
  check_attention(&exact);
  print_digest("fast", &packed);
  print_digest("exact", &exact);
  if (failures()) fprintf(stderr, "%d expectations do not hold\n", failures());
  return failures() != 0;
}
