# The libraries we stand on (Debian package names in ./quickstart).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# simdjson: JSON on the hot path; jansson: documents we write; avro-c: parses
# schemas and writes containers; rdkafka: Kafka; libcurl: asks schema registries;
# libmicrohttpd: metrics; libsystemd: tells the service manager; others as named.
foreach(library simdjson jansson avro-c yaml-0.1 sqlite3 libcrypto zlib libxxhash
		rdkafka libcurl libmicrohttpd libsystemd)
	string(MAKE_C_IDENTIFIER ${library} id)
	pkg_check_modules(${id} REQUIRED IMPORTED_TARGET ${library})
	add_library(dependency::${library} ALIAS PkgConfig::${id})
endforeach()

# ISA-L deflates five times faster than zlib; the format is the same.
pkg_check_modules(libisal IMPORTED_TARGET libisal)
option(DYETRACE_ISAL "deflate with ISA-L where the package exists" ON)

find_library(CMOCKA_LIBRARY cmocka REQUIRED)
