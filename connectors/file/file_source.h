/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source of type `file`: JSON lines, CSV and Avro containers, plain or
 * gzip, read once to their end or followed through rotation. A partition is
 * named as its file is from the settings' folder; standard input is "-".
 */
#ifndef DYETRACE_FILE_FILE_SOURCE_H
#define DYETRACE_FILE_FILE_SOURCE_H

#include "model/source.h"

extern const struct source_type file_source;

#endif
