// The run-time library of protoc-c's generated code.
#include <protobuf-c/protobuf-c.h>
