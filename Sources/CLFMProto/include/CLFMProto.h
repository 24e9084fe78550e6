// All generated headers. Written by Tools/generate-protos.sh.
#ifndef CLFMPROTO_H
#define CLFMPROTO_H
#include "grpc/health/v1/health.pb-c.h"
#include "lfm/v1/chat.pb-c.h"
#include "lfm/v1/connection.pb-c.h"
#include "lfm/v1/generation.pb-c.h"
#include "lfm/v1/language_model.pb-c.h"
#endif
