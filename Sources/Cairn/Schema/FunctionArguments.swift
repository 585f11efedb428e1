/// What functions take and give, for people: a line a function. Functions that have none show letters for their
/// arguments.
enum FunctionArguments {
  /// The arguments as they are shown, by name of the function.
  static let names = entries.mapValues(\.arguments)
  /// What a function gives, by its name.
  static let meanings = entries.mapValues(\.meaning)

  private static let entries: [String: (arguments: String, meaning: String)] = {
    var entries: [String: (arguments: String, meaning: String)] = [:]
    for line in lines.split(separator: "\n") {
      let parts = line.split(separator: "|", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      entries[String(parts[0])] = (String(parts[1]), String(parts[2]))
    }
    return entries
  }()

  private static let lines = """
    abs|number|its size without the sign
    any_value|value|one of the values
    approx_distinct|value [, error]|how many distinct values, nearly
    approx_most_frequent|buckets, value, capacity|the most frequent values with their counts
    approx_percentile|value, [weight,] share|the value below which that share lies
    arbitrary|value|one of the values
    array_agg|value [ORDER BY …]|all values as an array
    array_distinct|array|each element once
    array_except|array, array|elements of the first only
    array_intersect|array, array|elements that both have
    array_join|array, separator [, forNull]|its elements as one text
    array_length|array|number of elements
    array_max|array|its greatest element
    array_min|array|its least element
    array_position|array, element|place of the first equal element, from 1; 0 for none
    array_remove|array, element|without that element
    array_sort|array [, (a, b) -> order]|its elements in order
    array_union|array, array|elements of either, each once
    arrays_overlap|array, array|whether they share an element
    at_timezone|timestamp, zone|the same moment in another zone
    avg|number|the mean
    bit_count|number, bits|bits that are set
    bool_and|condition|whether it holds for all
    bool_or|condition|whether it holds for one
    cardinality|array or map|number of elements
    ceil|number|the next whole number above
    checksum|value|a number that does not depend on the order of rows
    chr|codepoint|the character
    coalesce|value, …|the first that is not NULL
    codepoint|character|its number
    concat|text, text, …|one behind the other; arrays too
    concat_ws|separator, text, …|joined, NULLs left out
    contains|array, element|whether it is in the array
    count|* or value|rows, or values that are not NULL
    count_if|condition|rows for which it holds
    crc32|bytes|the checksum
    current_date||today in UTC
    current_timestamp|[precision]|now
    date|value|the day
    date_add|unit, count, time|so much later
    date_diff|unit, from, to|whole units between
    date_format|time, pattern|in MySQL's pattern: %Y-%m-%d
    date_parse|text, pattern|a timestamp from MySQL's pattern
    date_trunc|unit, time|the beginning of its hour, day, week, …
    element_at|array or map, key|the element; NULL where there is none
    ends_with|text, suffix|whether it does
    entropy|count|in bits
    every|condition|whether it holds for all
    exp|number|e to that power
    filter|array, x -> condition|elements for which it holds
    first_value|value|of the window's first row
    flatten|array|an array of arrays as one
    floor|number|the next whole number below
    format|pattern, value, …|as printf does
    format_datetime|time, pattern|in Joda's pattern: yyyy-MM-dd
    from_base64|text|the bytes
    from_hex|text|the bytes
    from_iso8601_timestamp|text|the moment
    from_unixtime|seconds [, zone]|the moment
    geometric_mean|number|the mean of a product
    greatest|value, …|the greatest
    hamming_distance|text, text|places that differ
    histogram|value|each value with its count
    if|condition, value [, otherwise]|one of the two
    ifnull|value, otherwise|the first unless it is NULL
    index|text, part|where it begins, from 1; 0 for nowhere
    instr|text, part|where it begins, from 1; 0 for nowhere
    is_denied|errorCode [, errorMessage]|whether a call was refused
    json_array_contains|json, value|whether the array has it
    json_array_get|json, index|that element, from 0
    json_array_length|json|number of elements
    json_extract|json, path|the part, as JSON
    json_extract_scalar|json, path|the value, as text
    json_format|json|its text
    json_parse|text|JSON from text
    json_size|json, path|number of members or elements
    lag|value [, offset [, otherwise]]|of an earlier row of the window
    last_day_of_month|time|the day
    last_value|value|of the window's last row
    lead|value [, offset [, otherwise]]|of a later row of the window
    least|value, …|the least
    left|text, count|its first characters
    length|text|number of characters
    levenshtein_distance|text, text|edits between them
    listagg|value [, separator]|all values as one text
    ln|number|logarithm to e
    log|base, number|logarithm
    lower|text|in small letters
    lpad|text, size, filler|filled at its beginning
    ltrim|text [, characters]|without blanks at its beginning
    map|keys, values|a map
    map_agg|key, value|all pairs as a map
    map_concat|map, …|united; later ones win
    map_entries|map|its pairs as an array
    map_filter|map, (k, v) -> condition|pairs for which it holds
    map_from_entries|array of pairs|a map
    map_keys|map or object|its keys
    map_values|map or object|its values
    max|value [, count]|the greatest, or so many of them
    max_by|value, key [, count]|the value where the key is greatest
    md5|bytes|the digest
    min|value [, count]|the least, or so many of them
    min_by|value, key [, count]|the value where the key is least
    mod|number, divisor|the remainder
    none_match|array, x -> condition|whether it holds for none
    any_match|array, x -> condition|whether it holds for one
    all_match|array, x -> condition|whether it holds for all
    now||now
    nth_value|value, place|of that row of the window
    ntile|buckets|which of so many equal parts the row is in
    nullif|value, value|NULL where they are equal
    nvl|value, otherwise|the first unless it is NULL
    parse_datetime|text, pattern|a moment from Joda's pattern
    position|part, text|where it begins, from 1; 0 for nowhere
    power|number, exponent|the power
    random|[from,] [to]|another number for each row
    rank||place in the window's order, with gaps
    dense_rank||place in the window's order, without gaps
    row_number||number of the row in the window
    reduce|array, start, (s, x) -> s, s -> result|folded into one
    regexp_count|text, pattern|how often it matches
    regexp_extract|text, pattern [, group]|what matches
    regexp_extract_all|text, pattern [, group]|all that matches
    regexp_like|text, pattern|whether some part matches
    regexp_position|text, pattern [, start [, occurrence]]|where it matches
    regexp_replace|text, pattern [, replacement]|with what matches replaced
    regexp_split|text, pattern|the parts between
    repeat|element, count|an array of it
    replace|text, part [, other]|with each part replaced
    reverse|text or array|back to front
    right|text, count|its last characters
    round|number [, digits]|rounded
    rpad|text, size, filler|filled at its end
    rtrim|text [, characters]|without blanks at its end
    sequence|from, to [, step]|numbers, days or times in steps
    set_agg|value|distinct values as an array
    sha1|bytes|the digest
    sha256|bytes|the digest
    sha512|bytes|the digest
    shuffle|array|in another order
    slice|array, start, length|a part
    split|text, separator [, limit]|its parts as an array
    split_part|text, separator, place|one part, from 1
    split_to_map|text, entrySeparator, keySeparator|a map
    sqrt|number|the root
    starts_with|text, prefix|whether it does
    stddev|number|deviation of a sample
    string_agg|value [, separator]|all values as one text
    strpos|text, part [, occurrence]|where it begins, from 1; 0 for nowhere
    substr|text, start [, length]|a part, from 1; negative starts count from the end
    substring|text, start [, length]|a part, from 1; negative starts count from the end
    sum|number|the sum
    to_base64|bytes|as text
    to_hex|bytes|as text
    to_iso8601|time|as text
    to_unixtime|time|seconds since 1970
    transform|array, x -> value|each element made anew
    translate|text, from, to|characters replaced one by one
    trim|text [, characters]|without blanks at both ends
    truncate|number [, digits]|without what is behind
    try|expression|NULL instead of an error
    typeof|value|the name of its type
    upper|text|in capitals
    url_decode|text|%2F and its kin as characters
    url_encode|text|characters as %2F and its kin
    url_extract_host|url|its host
    url_extract_parameter|url, name|that parameter of its query
    url_extract_path|url|its path
    url_extract_query|url|its query
    uuid||a random one
    variance|number|of a sample
    width_bucket|number, from, to, count|which of equal parts it lies in
    with_timezone|timestamp, zone|the moment that a clock there showed
    xxhash64|bytes|the hash
    zip|array, array, …|an array of rows
    zip_with|array, array, (x, y) -> value|two arrays as one
    """
}
