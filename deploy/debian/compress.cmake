# Between staging and packing: Debian wants manual pages compressed, without a time inside.
file(GLOB_RECURSE pages ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/*.1 ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/*.8)
list(FILTER pages INCLUDE REGEX "/man/man[0-9]/")
foreach(page ${pages})
    execute_process(COMMAND gzip -9 -n -f ${page} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
