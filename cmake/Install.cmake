# What `cmake --install` brings: the program, its manual pages and completions
# (written by the program itself, from its command table), the schemas, and a
# systemd unit.
set(pages ${CMAKE_BINARY_DIR}/pages)
add_custom_command(OUTPUT ${pages}/written
	COMMAND ${CMAKE_COMMAND} -E rm -rf ${pages}
	COMMAND dyetrace help --pages ${pages}
	COMMAND ${CMAKE_COMMAND} -E touch ${pages}/written
	DEPENDS dyetrace VERBATIM
	COMMENT "Writing manual pages and completions")
add_custom_target(pages ALL DEPENDS ${pages}/written)

install(TARGETS dyetrace RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${pages}/man1 ${pages}/man5 DESTINATION ${CMAKE_INSTALL_MANDIR})
install(FILES ${pages}/completions/dyetrace
	DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${pages}/completions/_dyetrace
	DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/schemas DESTINATION ${CMAKE_INSTALL_DATADIR}/dyetrace)

install(DIRECTORY ${CMAKE_SOURCE_DIR}/dashboards/grafana DESTINATION ${CMAKE_INSTALL_DATADIR}/dyetrace/dashboards)

# The unit names the program where it is installed, which `cmake --install --prefix` decides.
install(CODE "
	get_filename_component(prefix \"\${CMAKE_INSTALL_PREFIX}\" ABSOLUTE)
	get_filename_component(program \"${CMAKE_INSTALL_BINDIR}/dyetrace\" ABSOLUTE BASE_DIR \"\${prefix}\")
	configure_file(\"${CMAKE_SOURCE_DIR}/packaging/systemd/dyetrace.service.in\"
		\"${CMAKE_BINARY_DIR}/packaging/dyetrace.service\" @ONLY)
	file(INSTALL \"${CMAKE_BINARY_DIR}/packaging/dyetrace.service\"
		DESTINATION \"\${prefix}/lib/systemd/system\")
")
install(FILES ${CMAKE_SOURCE_DIR}/packaging/systemd/dyetrace.sysusers
	DESTINATION lib/sysusers.d RENAME dyetrace.conf)
