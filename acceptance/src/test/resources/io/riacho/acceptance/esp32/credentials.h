#pragma once

static const char ROOT_CA[] = "a root";
static const char CERTIFICATE[] = "a certificate";
static const char PRIVATE_KEY[] = "a key";
