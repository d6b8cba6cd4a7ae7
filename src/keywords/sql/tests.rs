//! Cases for SQL. `$0` marks the cursor; `«…»` marks keywords.

use super::*;
use viva_guide::Language;

use crate::keywords::fixtures::Recogniser;
use crate::keywords::mutations;

const RECOGNISER: Recogniser = Recogniser {
    keywords,
    language: Language::Sql,
};

#[track_caller]
fn check(fixture: &str, expected: &str) {
    RECOGNISER.check(fixture, expected);
}

/// Left out of the fixtures of [`check_all`], which would not be readable otherwise.
const PLAIN_OPERATORS: [&str; 12] = [
    "=",
    "=(assignment)",
    "<",
    ">",
    "<=",
    ">=",
    "<>",
    "!=",
    "+",
    "-",
    "*",
    "/",
];

#[track_caller]
fn check_all(fixture: &str) {
    RECOGNISER.check_those(fixture, |keyword| {
        !PLAIN_OPERATORS.contains(&keyword.names[0].as_str())
    });
}

#[test]
fn words_are_keywords_in_any_case() {
    check("sel$0ect 1", "select: SELECT");
    check("SELECT a FROM t $0Where b", "Where: WHERE");
    check("SELECT$0", "");
    check("$0", "");
}

#[test]
fn strings_and_quoted_names_are_silent() {
    check("SELECT 'a $0FROM b'", "");
    check("SELECT \"a $0FROM b\"", "");
    check("SELECT `sel$0ect` FROM t", "");
    check_all("«SELECT» 'it''s FROM', \"a\\\" FROM\", 'a\\\\', `a``FROM` «FROM» t");
    check_all("«SELECT» N'FROM', x'4D', X'4D', b'01', 0x4D, 0b01, 1e5, .5, 1.5 «FROM» t");
}

#[test]
fn modes_say_what_a_backslash_is() {
    // In a string the quote behind the backslash does not end it.
    let as_string = "«SELECT» \"a\\\" FROM b\" «FROM» t";
    let as_name = "«SELECT» \"a\\\" «FROM» t";
    let plain_string = "«SELECT» 'a\\' «FROM» t";
    let escaped_string = "«SELECT» 'a\\' FROM b' «FROM» t";
    let set = |value: &str| format!("«SET» «sql_mode» = {value};\n");
    for value in [
        "'ANSI_QUOTES'",
        "'strict_trans_tables, ansi_quotes'",
        "ansi",
        "\"ANSI\"",
    ] {
        check_all(&format!("{}{as_name}; {escaped_string}", set(value)));
    }
    for value in ["''", "'TRADITIONAL'", "@old", "'ANSI_QUOTE'"] {
        check_all(&format!("{}{as_string}; {escaped_string}", set(value)));
    }
    let none = set("'NO_BACKSLASH_ESCAPES'");
    check_all(&format!("{none}{as_name}; {plain_string}"));
    check_all(&format!("{none}{}{as_string}", set("«default»")));
    check_all(&format!(
        "«SET» «@@session.sql_mode» «:=» 'ANSI'; {as_name}"
    ));
    check_all(&format!(
        "/*!40101 «SET» @a=«@@sql_mode», «sql_mode»='ANSI' */; {as_name}"
    ));
    check_all(&format!(
        "«SET» @x = 1, «SESSION» «sql_mode» = 'ANSI'; {as_name}"
    ));
    check_all(&format!("«SET GLOBAL» «sql_mode» = 'ANSI'; {as_string}"));
    check_all(&format!("«SET» @sql_mode = 'ANSI'; {as_string}"));
    check_all(&format!("«SELECT» sql_mode = 'ANSI'; {as_string}"));
    check_all(&format!(
        "«SELECT» a «FROM» \"select\"; {}«SELECT» a «FROM» \"select\" «WHERE» \"from\" = 'where'",
        set("ANSI")
    ));
}

#[test]
fn introducers_stand_before_strings_and_numbers() {
    check_all(
        "«SELECT» «_utf8mb4» 'FROM', «_binary» X'4D', «_latin1» 0x4D, «_utf8mb4»\"FROM\", «_binary» b'01'",
    );
    check_all("«SELECT» _utf8mb4, «_nothing»'a', t._binary «FROM» t");
    check("SELECT __no$0thing'a'", "__nothing: _nothing, _NOTHING");
}

#[test]
fn comments_are_silent() {
    check("SELECT 1 -- FR$0OM t", "");
    check("SELECT 1 # FR$0OM t", "");
    check("SELECT /* FR$0OM t */ 1", "");
    check_all("«SELECT» 1 --\tFROM\n «FROM» t");
    check_all("«SELECT» 1--1 «FROM» t --");
    check_all("«SELECT» 1 /* a /* b */ «FROM» t");
}

#[test]
fn version_comments_are_code() {
    check_all("/*!40101 «SET NAMES» «utf8» */;\n«SELECT» /*! «STRAIGHT_JOIN» */ a «FROM» t");
    check_all(
        "/*!50003 «CREATE»*/ /*!50020 «DEFINER»=`a`@`b`*/ /*!50003 «TRIGGER» x «BEFORE INSERT» «ON» t «FOR EACH ROW» «BEGIN» /* FROM */ «END» */;;",
    );
    check_all("/*M!100100 «SELECT» */ 1");
    check_all("«SELECT» a */ b «FROM» t");
}

/// The reader stops behind `UPDATE`, where no other reading can go on.
#[test]
fn a_phrase_may_end_where_hints_begin() {
    let expected = "FOR UPDATE: FOR UPDATE, FOR, UPDATE";
    check("SELECT 1 FO$0R UPDATE/*+ ABLE `t` (a", expected);
    check("SELECT 1 FO$0R UPDATE/*+ ABLE */ SKIP", expected);
}

#[test]
fn optimizer_hints_follow_a_verb() {
    check("SELECT /*+ NO_$0ICP(t) */ a", "NO_ICP: NO_ICP");
    check_all(
        "«SELECT» /*+ «SKIP_SCAN»(t INDEX) «SET_VAR»(sort_buffer_size = 1) UNKNOWN(a) */ «DISTINCT» a «FROM» t",
    );
    check_all("«UPDATE» /*+ «MRR»(t) «BNL» */ t «SET» a = 1");
    check_all("/*+ MRR(t) */ «SELECT» a /*+ MRR(t) */ «FROM» t");
    check_all("«SELECT» /*+ «MRR»(t");
}

#[test]
fn half_typed_text_does_not_break_what_is_before() {
    check_all("«SELECT» a «FROM» t «WHERE» b = 'FROM");
    check_all("«SELECT» a «FROM» t /* WHERE");
    check_all("«SELECT» a «FROM» `t WHERE");
    check_all("«SELECT» ((a «FROM» t; «SELECT» date «FROM» t");
    check_all("«SELECT» a) «FROM» t");
    check_all("«SELECT» a.");
    check_all("«INSERT INTO»");
    check_all("«CREATE TABLE» t (a «INT» «NOT NULL», b");
    check_all("«SELECT» a «FROM» t\n\n«CREATE TABLE» t (date «DATE», status «VARCHAR»(1))\n");
    check_all("«SELECT» a «FROM» t «ORDER BY»");
}

#[test]
fn delimiter_lines_set_what_ends_a_statement() {
    check("DELI$0MITER //\n", "DELIMITER: DELIMITER");
    check("DELIMITER $0//\n", "");
    check_all(
        "«DELIMITER» $$\n«SELECT» 1$$\n«BEGIN»\n«END»$$\n«DELIMITER» ;\n«SELECT» 1; «SELECT» 2",
    );
    check_all("  «delimiter» SELECT\n1 SELECT «CREATE TABLE» t (a «INT»)");
    check_all("«SELECT» a,\ndelimiters, delimiter «FROM» t\n");
    check_all("«SHOW CREATE TABLE» date\\G\n«DROP ROLE» date\\g");
}

#[test]
fn phrases_are_one_keyword_with_all_their_names() {
    check(
        "SELECT a FROM t FOR UP$0DATE SKIP LOCKED",
        "FOR UPDATE SKIP LOCKED: FOR UPDATE SKIP LOCKED, FOR UPDATE, FOR, UPDATE, SKIP, LOCKED",
    );
    check(
        "a LEFT OUTER JO$0IN b",
        "LEFT OUTER JOIN: LEFT OUTER JOIN, LEFT JOIN, LEFT, OUTER, JOIN",
    );
    check(
        "INSERT INTO t VALUES (1) on duplicate\nkey\tup$0date a = 1",
        "on duplicate\nkey\tupdate: ON DUPLICATE KEY UPDATE, ON, DUPLICATE, KEY, UPDATE",
    );
    check(
        "(SELECT 1) union /* x */ -- y\n a$0ll (SELECT 2)",
        "union /* x */ -- y\n all: UNION ALL, UNION, ALL",
    );
}

#[test]
fn the_longest_phrase_wins() {
    check_all(
        "«SELECT» a «IS NOT NULL», b «IS NOT» «DISTINCT», c «NOT IN» (1), d «IS NULL», «NOT» e «FROM» t",
    );
    check_all("«SELECT» a «FROM» t «GROUP BY» b «WITH ROLLUP» «ORDER BY» c «LIMIT» 1 «OFFSET» 2");
    check_all(
        "«SELECT» a «FROM» t «FOR UPDATE OF» t «SKIP LOCKED»; «SELECT» a «LOCK IN SHARE MODE»",
    );
    check_all(
        "«START TRANSACTION READ ONLY»; «START TRANSACTION WITH CONSISTENT SNAPSHOT»; «ROLLBACK TO SAVEPOINT» a; «COMMIT»",
    );
    check_all(
        "«FLUSH TABLES WITH READ LOCK»; «FLUSH TABLES» a «WITH READ LOCK»; «LOCK TABLES» a «READ», date «WRITE»",
    );
}

#[test]
fn the_isolation_level_is_three_keywords() {
    check_all("«SET TRANSACTION» «ISOLATION LEVEL» «REPEATABLE READ»");
    check(
        "SET TRANS$0ACTION ISOLATION LEVEL READ COMMITTED",
        "SET TRANSACTION: SET TRANSACTION ISOLATION LEVEL, SET TRANSACTION, SET, TRANSACTION",
    );
    check(
        "SET TRANSACTION ISO$0LATION LEVEL SERIALIZABLE",
        "ISOLATION LEVEL: SET TRANSACTION ISOLATION LEVEL, ISOLATION LEVEL, ISOLATION, LEVEL",
    );
    check(
        "SET SESSION TRANS$0ACTION ISOLATION LEVEL READ COMMITTED",
        "SET SESSION TRANSACTION: SET SESSION TRANSACTION ISOLATION LEVEL, SET SESSION TRANSACTION, \
         SET TRANSACTION ISOLATION LEVEL, SET SESSION, SET, SESSION, TRANSACTION",
    );
    check(
        "SET TRANSACTION READ ON$0LY",
        "READ ONLY: READ ONLY, READ, ONLY",
    );
    check_all("«SET GLOBAL TRANSACTION» «ISOLATION LEVEL» «SERIALIZABLE», «READ WRITE»");
}

#[test]
fn functions_have_parentheses() {
    check("SELECT cou$0nt(a)", "count: COUNT()");
    check("SELECT COUNT$0", "");
    check("SELECT cou$0nt FROM t", "");
    check("SELECT COU$0NT(*)", "COUNT: COUNT(*), COUNT()");
    check(
        "SELECT COU$0NT(DISTINCT a)",
        "COUNT: COUNT(DISTINCT), COUNT()",
    );
    check(
        "SELECT st_$0distance(a, b)",
        "st_distance: ST_DISTANCE(), ST_Distance()",
    );
    check(
        "SELECT ROW_$0NUMBER() OVER (ORDER BY a)",
        "ROW_NUMBER: ROW_NUMBER()",
    );
    check("SELECT unknown_$0function(a)", "");
    check("SELECT sys.cou$0nt(a)", "");
    check(
        "SELECT CURRENT_TIME$0STAMP",
        "CURRENT_TIMESTAMP: CURRENT_TIMESTAMP, CURRENT_TIMESTAMP()",
    );
    check(
        "SELECT CURRENT_TIME$0STAMP(6)",
        "CURRENT_TIMESTAMP: CURRENT_TIMESTAMP(), CURRENT_TIMESTAMP",
    );
    check(
        "SELECT MA$0TCH(a) AGAINST ('b')",
        "MATCH: MATCH(), MATCH AGAINST",
    );
}

#[test]
fn words_that_are_also_functions() {
    check("SELECT LE$0FT(a, 1)", "LEFT: LEFT()");
    check("SELECT a LE$0FT JOIN b", "LEFT JOIN: LEFT JOIN, LEFT, JOIN");
    check("SELECT REP$0LACE(a, b, c)", "REPLACE: REPLACE()");
    check(
        "REP$0LACE INTO t VALUES (1)",
        "REPLACE INTO: REPLACE INTO, REPLACE, INTO",
    );
    check("SELECT INS$0ERT(a, 1, 1, b)", "INSERT: INSERT()");
    check("SELECT I$0F(a, b, c)", "IF: IF()");
    check("I$0F (a) THEN COMMIT", "IF: IF");
    check(
        "DROP TABLE IF EX$0ISTS t",
        "DROP TABLE IF EXISTS: DROP TABLE IF EXISTS, DROP TABLE, DROP, TABLE, IF, EXISTS",
    );
    check("INSERT INTO t VAL$0UES (1)", "VALUES: VALUES");
    check(
        "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = VAL$0UES(a)",
        "VALUES: VALUES()",
    );
    check("CREATE TABLE t (a CH$0AR(10))", "CHAR: CHAR");
    check("SELECT CH$0AR(77, 121)", "CHAR: CHAR()");
    check("SELECT CAST(a AS CH$0AR(10))", "CHAR: CHAR");
    check("SELECT CONVERT(a, CH$0AR(10))", "CHAR: CHAR");
    check("SELECT DA$0TE(a)", "DATE: DATE()");
    check("CREATE TABLE t (a DA$0TE)", "DATE: DATE");
    check("SELECT DA$0TE '2026-11-01'", "DATE: DATE");
    check("SELECT MO$0D(a, b)", "MOD: MOD()");
    check("SELECT a MO$0D (b)", "MOD: MOD");
    check("SELECT DEF$0AULT(a) FROM t", "DEFAULT: DEFAULT()");
    check(
        "CREATE TABLE t (a BINARY(16) DEF$0AULT (UUID()))",
        "DEFAULT: DEFAULT",
    );
    check("SELECT DATA$0BASE()", "DATABASE: DATABASE()");
    check("CREATE TABLE t (PRIMARY KEY (a), KE$0Y (b))", "KEY: KEY");
    check("SELECT a I$0N (1)", "IN: IN");
    check("SELECT EXI$0STS (SELECT 1)", "EXISTS: EXISTS");
    check("SELECT a > A$0NY (SELECT 1)", "ANY: ANY");
    check(
        "SELECT INTER$0VAL (1) DAY",
        "INTERVAL: INTERVAL, INTERVAL()",
    );
}

#[test]
fn words_with_several_meanings_say_which_is_meant() {
    let block = "BEGIN: BEGIN(block)";
    for (fixture, expected) in [
        ("BEG$0IN; SELECT 1", "BEGIN: BEGIN"),
        ("BEG$0IN", "BEGIN: BEGIN"),
        ("DELIMITER $$\nBEG$0IN$$", "BEGIN: BEGIN"),
        ("CREATE PROCEDURE p() BEG$0IN END", block),
        ("CREATE PROCEDURE p() BEG$0IN", block),
        (
            "CREATE PROCEDURE p() BEGIN SELECT 1; BEG$0IN DECLARE a INT; END; END",
            block,
        ),
        ("lbl: BEG$0IN SELECT 1; END lbl", block),
        (
            "DECLARE EXIT HANDLER FOR SQLEXCEPTION BEG$0IN ROLLBACK; END",
            block,
        ),
        ("DE$0SC t", "DESC: DESCRIBE, EXPLAIN"),
        ("SELECT a FROM t ORDER BY a DE$0SC", "DESC: DESC"),
        ("CREATE INDEX i ON t (a DE$0SC)", "DESC: DESC"),
        ("CREATE PROCEDURE p(I$0N a INT)", "IN: IN(parameter)"),
        (
            "CREATE PROCEDURE p(OUT a INT, i$0n b INT)",
            "in: IN(parameter)",
        ),
        ("CREATE TABLE t (a INT, CHECK (a I$0N (1, 2)))", "IN: IN"),
        ("CREATE INDEX i O$0N t (a)", "ON: ON(object)"),
        ("GRANT SELECT O$0N a.* TO b", "ON: ON(object)"),
        (
            "CREATE TRIGGER x BEFORE INSERT O$0N t FOR EACH ROW DELETE FROM u",
            "ON: ON(object)",
        ),
        ("SELECT a FROM t JOIN u O$0N t.a = u.a", "ON: ON"),
        (
            "CREATE VIEW v AS SELECT a FROM t JOIN u O$0N t.a = u.a",
            "ON: ON",
        ),
        ("CREATE TABLE t (a SE$0T('x', 'y'))", "SET: SET(type)"),
        ("ALTER TABLE t MODIFY a SE$0T ('x')", "SET: SET(type)"),
        ("UPDATE t SE$0T a = 1", "SET: SET"),
        ("SE$0T (@a = 1)", "SET: SET"),
        (
            "GRANT SEL$0ECT ON a.* TO b",
            "SELECT: SELECT(privilege), GRANT",
        ),
        (
            "GRANT SELECT (a), UPD$0ATE ON a.* TO b",
            "UPDATE: UPDATE(privilege), GRANT",
        ),
        (
            "REVOKE DEL$0ETE ON a.* FROM b",
            "DELETE: DELETE(privilege), REVOKE",
        ),
    ] {
        check(fixture, expected);
    }
}

#[test]
fn an_equals_sign_assigns_or_compares() {
    let assigns = "=: =(assignment)";
    let compares = "=: =";
    for (fixture, expected) in [
        ("UPDATE t SET a $0= 1", assigns),
        ("UPDATE t SET a = 1, b $0= 2 WHERE c = 3", assigns),
        ("UPDATE t SET a = 1, b = c $0= 2", compares),
        (
            "UPDATE t SET a = (SELECT b FROM u WHERE c $0= 1), d = 2",
            compares,
        ),
        (
            "UPDATE t SET a = (SELECT b FROM u WHERE c = 1), d $0= 2",
            assigns,
        ),
        ("UPDATE t SET a = IF(b $0= 1, 2, 3)", compares),
        ("UPDATE t SET a = 1 WHERE b $0= 2", compares),
        ("UPDATE t SET a = 1 WHERE b IN (1, 2) AND c $0= 2", compares),
        ("UPDATE t JOIN u ON t.a $0= u.a SET t.b = 1", compares),
        ("INSERT INTO t SET a $0= 1", assigns),
        (
            "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 1, b $0= 2",
            assigns,
        ),
        ("SET @a $0= 1", assigns),
        ("SET @a := 1, SESSION sql_mode $0= ''", assigns),
        ("SET @a = @b $0= 1", compares),
        ("SELECT a $0= 1", compares),
        ("SET @a = 1; SELECT a $0= 1", compares),
        ("IF a $0= 1 THEN SET b = 2; END IF", compares),
        ("IF a = 1 THEN SET b $0= 2; END IF", assigns),
        (
            "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.a $0= 1",
            assigns,
        ),
        ("SET @a = 1\nWHILE b $0= 1 DO", compares),
    ] {
        check(fixture, expected);
    }
}

#[test]
fn types_follow_a_column_not_its_name() {
    check_all(
        "«CREATE TABLE» t (date «DATE», status «VARCHAR»(10), time «TIME»(6), year «YEAR», data «JSON», text «TEXT», \
         enum_ «ENUM»('DATE'), `key` «INT» «UNSIGNED», timestamp «TIMESTAMP»(3) «NULL», point «POINT» «NOT NULL»)",
    );
    check_all(
        "«CREATE TABLE» t (id «BIGINT» «AUTO_INCREMENT» «PRIMARY KEY» «COMMENT» 'INT', type «BOOL» «DEFAULT» «FALSE»)",
    );
    check("CREATE TABLE t (a INTE$0GER)", "INTEGER: INTEGER, INT");
    check(
        "CREATE TABLE t (a NUM$0ERIC(10, 2))",
        "NUMERIC: NUMERIC, DECIMAL",
    );
    check(
        "CREATE TABLE t (a DOUBLE PREC$0ISION)",
        "DOUBLE PRECISION: DOUBLE PRECISION, DOUBLE, PRECISION",
    );
    check_all(
        "«SELECT» «CAST»(date «AS» «DATETIME»(6)), «CAST»(a «AS» «UNSIGNED» «INTEGER»), «CONVERT»(date, «DATE») «FROM» t",
    );
    check_all(
        "«SELECT *» «FROM» «JSON_TABLE»(data, '$[*]' «COLUMNS»(id «FOR» «ORDINALITY», date «DATE» «PATH» '$.date' «NULL ON EMPTY»)) «AS» data",
    );
    check_all("«SELECT» «JSON_VALUE»(data, '$.a' «RETURNING» «DATE») «FROM» t");
}

#[test]
fn keys_and_constraints() {
    check_all(
        "«CREATE TABLE» t (a «INT» «UNIQUE» «COMMENT» 'x', «KEY» status (status, date «DESC»), «INDEX» (type), \
         «UNIQUE KEY» name (name), «UNIQUE» date (date), «CONSTRAINT» user «FOREIGN KEY» (user) «REFERENCES» user (id) \
         «ON DELETE CASCADE» «ON UPDATE RESTRICT», «CHECK» (type «IN» ('a') «AND» date > '2020'), «FULLTEXT KEY» x (text))",
    );
    check_all(
        "«CREATE TABLE» t (a «TIMESTAMP» «DEFAULT CURRENT_TIMESTAMP» «ON UPDATE CURRENT_TIMESTAMP», b «INT» «GENERATED ALWAYS AS» (a + type) «STORED»)",
    );
    check_all("«CREATE UNIQUE INDEX» status «ON» date (status, type) «USING BTREE»");
}

#[test]
fn table_options_are_known_with_their_value() {
    check(
        "CREATE TABLE t (a INT) EN$0GINE = innodb",
        "ENGINE: ENGINE=InnoDB, ENGINE=INNODB, ENGINE",
    );
    check(
        "CREATE TABLE t (a INT) ENGINE=inn$0odb",
        "innodb: ENGINE=InnoDB, ENGINE=INNODB, ENGINE",
    );
    check(
        "CREATE TABLE t (a INT) ENGINE MY$0ISAM",
        "MYISAM: ENGINE=MyISAM, ENGINE=MYISAM, ENGINE",
    );
    check(
        "CREATE TABLE t (a INT) ROW_$0FORMAT=dynamic",
        "ROW_FORMAT: ROW_FORMAT=DYNAMIC, ROW_FORMAT",
    );
    check(
        "ALTER TABLE t ADD a INT, ALGORITHM=INST$0ANT, LOCK=NONE",
        "INSTANT: ALGORITHM=INSTANT, ALGORITHM",
    );
    check(
        "ALTER TABLE t ADD a INT, ALGORITHM=INSTANT, LO$0CK=NONE",
        "LOCK: LOCK=NONE, LOCK",
    );
    check_all(
        "«CREATE TABLE» t (a «INT») «ENGINE»=«InnoDB» «AUTO_INCREMENT»=5, «COMMENT»='x', «KEY_BLOCK_SIZE»=8",
    );
    check_all("«SELECT» engine «FROM» t «WHERE» engine = innodb");
}

#[test]
fn character_sets_and_collations() {
    check(
        "CREATE TABLE t (a INT) DEFAULT CHARSET=utf8$0mb4",
        "utf8mb4: utf8mb4, UTF8MB4",
    );
    check(
        "CREATE TABLE t (a INT) CHAR$0SET utf8",
        "CHARSET: CHARACTER SET UTF8, CHARSET, CHARACTER SET",
    );
    check(
        "SELECT a COLL$0ATE utf8mb4_bin",
        "COLLATE: COLLATE UTF8MB4_BIN, COLLATE",
    );
    check(
        "SELECT a COLLATE utf8$0mb4_bin",
        "utf8mb4_bin: utf8mb4_bin, UTF8MB4_BIN, utf8mb4, UTF8MB4",
    );
    check(
        "ALTER TABLE t CONVERT TO CHARACTER SET $0UTF8",
        "UTF8: utf8, UTF8",
    );
    check(
        "CREATE DATABASE d CHAR$0ACTER SET = utf8mb4",
        "CHARACTER SET: CHARACTER SET UTF8MB4, CHARACTER SET, CHARACTER, SET",
    );
    check("SET NAMES la$0tin1", "latin1: latin1, LATIN1");
    check("SELECT CONVERT(a USING as$0cii)", "ascii: ascii, ASCII");
    check("SELECT _utf8$0mb4'a'", "_utf8mb4: utf8mb4, UTF8MB4");
    check_all(
        "«SHOW CHARACTER SET» «LIKE» 'utf8'; «SELECT» «CHARSET»(a) «FROM» t; «CREATE TABLE» t (a «CHAR»(1) «CHARACTER SET» «binary»)",
    );
}

#[test]
fn system_variables() {
    check("SELECT @@sql$0_mode", "@@sql_mode: @@sql_mode");
    check(
        "SELECT @@GLOBAL.SQL$0_MODE",
        "@@GLOBAL.SQL_MODE: @@sql_mode",
    );
    check("SELECT @@no_such_vari$0able", "");
    check(
        "SET GLOBAL sql$0_mode = ''",
        "sql_mode: @@sql_mode, SET SQL_MODE",
    );
    check(
        "SET PERSIST max_conn$0ections := 5",
        "max_connections: @@max_connections, SET MAX_CONNECTIONS",
    );
    check(
        "SET autocom$0mit = 0",
        "autocommit: @@autocommit, SET AUTOCOMMIT",
    );
    check("UPDATE t SET autocom$0mit = 0", "");
    check("SELECT sql$0_mode", "");
    check("SELECT @sql$0_mode", "");
    check_all(
        "«SET» @a = 1, «GLOBAL» «read_only» = ON, «SESSION» «sql_mode» = «DEFAULT», no_such = 1, «@@max_connections» = 2",
    );
}

#[test]
fn operators_are_keywords_of_queries() {
    check("SELECT a <$0=> b", "<=>: <=>");
    check("SELECT a-$0>'$.b'", "->: ->");
    check("SELECT a->$0>'$.b'", "->>: ->>");
    check("SELECT a $0= b", "=: =");
    check("SELECT a <$0> b", "<>: <>");
    check("SELECT a $0* b", "*: *");
    check("SELECT COUNT($0*)", "*: *");
    check("CREATE TABLE t (a INT) AUTO_INCREMENT $0= 5", "");
    check("GRANT ALL ON shop.$0* TO a", "");
    check("SELECT 'a' '$0=' 'b'", "");
    check_all(
        "«SELECT» a «||» b, c «&&» d, @e «:=» f, g - h, i <> j, «!»k, l «%» m, «~»n «<<» o, :name, ?",
    );
}

#[test]
fn names_that_are_words_are_silent_in_queries() {
    check_all("«SELECT» date, status «FROM» orders");
    check_all(
        "«SELECT» t.key, date.status, status «AS» date, type «FROM» user «AS» data «WHERE» action = 1 «AND» value > «ALL» (1)",
    );
    check_all("«SELECT DISTINCT» status «FROM» t");
    check_all(
        "«SELECT» a status, b «FROM» t date «JOIN» user u «ON» u.date = status «WHERE» «NOT» password «GROUP BY» year, month «ORDER BY» date «DESC», time",
    );
    check_all(
        "«INSERT INTO» status (date, time) «VALUES» (name, «NOW»()) «ON DUPLICATE KEY UPDATE» date = «VALUES»(date), time = status",
    );
    check_all("«INSERT INTO» count (date) «SELECT» date «FROM» t; «REPLACE» date (a) «VALUES» (1)");
    check_all(
        "«UPDATE» user «SET» password = 'x', role = type, names = 1 «WHERE» host = 2 «LIMIT» 1",
    );
    check_all("«DELETE FROM» date «WHERE» date < «NOW»() - «INTERVAL» 30 «DAY» «LIMIT» 10");
    check_all(
        "«WITH» date «AS» («SELECT» 1), time (a) «AS» («SELECT» 2) «SELECT» date.a «FROM» date, time",
    );
    check_all(
        "«SELECT» «CASE» status «WHEN» type «THEN» data «ELSE» value «END» «AS» end «FROM» t",
    );
    check_all(
        "«CALL» date(status); «USE» status; «TRUNCATE TABLE» date; «TRUNCATE» date; «DESC» status; «EXPLAIN» user",
    );
    check_all(
        "«SHOW COLUMNS» «FROM» status; «SHOW CREATE TABLE» date; «DROP TABLE» date, status; «RENAME TABLE» date «TO» time, user «TO» role",
    );
}

#[test]
fn names_that_are_words_are_silent_in_definitions() {
    check_all(
        "«ALTER TABLE» status «ADD COLUMN» date «DATE» «AFTER» name, «DROP» role, «DROP COLUMN» type, «MODIFY» data «JSON», \
         «CHANGE» state status «INT», «RENAME COLUMN» user «TO» host, «ADD INDEX» (date), «ALTER» type «SET» «DEFAULT» 1, «ADD» event «INT»",
    );
    check_all(
        "«CREATE VIEW» status (date, time) «AS» «SELECT» date, time «FROM» t «WITH CHECK OPTION»",
    );
    check_all(
        "«DROP ROLE» admin; «DROP EVENT» date; «CREATE USER» 'a'@'b' «IDENTIFIED BY» 'c' «PASSWORD EXPIRE» «ACCOUNT LOCK»",
    );
    check_all(
        "«CREATE TRIGGER» date «BEFORE INSERT» «ON» status «FOR EACH ROW» «SET» new.date = status, old.a = type",
    );
}

#[test]
fn stored_programs() {
    check_all(
        "«CREATE PROCEDURE» p(«IN» user «INT», «OUT» date «DATE»)\n«BEGIN»\n«DECLARE» status, done «INT» «DEFAULT» 0;\n\
         «DECLARE» cur «CURSOR FOR» «SELECT» date «FROM» t;\n«DECLARE CONTINUE HANDLER» «FOR NOT FOUND» «SET» status = 1;\n\
         «DECLARE EXIT HANDLER» «FOR» «SQLEXCEPTION» «BEGIN» «ROLLBACK»; «RESIGNAL»; «END»;\n«OPEN» cur;\n\
         read_loop: «LOOP»\n«FETCH» cur «INTO» date;\n«IF» (done) «THEN» «LEAVE» read_loop; «ELSE» «COMMIT»; «END IF»;\n«END LOOP» read_loop;\n\
         «WHILE» done < 5 «DO» «SET» status = status + 1; «END WHILE»;\n«REPEAT» «SET» date = 1; «UNTIL» date «END REPEAT»;\n\
         «CASE» date «WHEN» 1 «THEN» «SELECT» 1; «ELSE» «BEGIN» «END»; «END CASE»;\n\
         «SIGNAL SQLSTATE» '45000' «SET» «MESSAGE_TEXT» = 'x', «MYSQL_ERRNO» = 1;\n«CLOSE» cur;\n«END»",
    );
    check_all(
        "«CREATE FUNCTION» f(d «DATE») «RETURNS» «INT» «DETERMINISTIC» «RETURN» year + «YEAR»(d)",
    );
    check_all(
        "«CREATE EVENT» e «ON SCHEDULE EVERY» 1 «DAY» «ON COMPLETION PRESERVE» «DO» «DELETE FROM» t «WHERE» date < 1",
    );
    check_all("«CREATE PROCEDURE» p() «UPDATE» t «SET» status = type");
}

#[test]
fn queries_of_every_kind() {
    check("SEL$0ECT * FROM t", "SELECT *: SELECT *, SELECT");
    check(
        "EXPL$0AIN FORMAT=tree SELECT 1",
        "EXPLAIN: EXPLAIN FORMAT=TREE, EXPLAIN",
    );
    check(
        "EXPLAIN FOR$0MAT=tree SELECT 1",
        "FORMAT: EXPLAIN FORMAT=TREE, FORMAT=TREE, FORMAT",
    );
    check("INSERT INTO t SEL$0ECT a", "SELECT: INSERT SELECT, SELECT");
    check(
        "CREATE TABLE t AS SEL$0ECT a",
        "SELECT: CREATE TABLE SELECT, SELECT",
    );
    check("CREATE VIEW v AS SEL$0ECT a", "SELECT: SELECT");
    check("CREATE TABLE t LI$0KE a", "LIKE: CREATE TABLE LIKE, LIKE");
    check(
        "SELECT a LIMIT 1 OFF$0SET 2",
        "OFFSET: OFFSET, LIMIT OFFSET",
    );
    check("DESC$0RIBE t", "DESCRIBE: DESCRIBE, EXPLAIN");
    check_all("«EXPLAIN ANALYZE» «SELECT» t.* «FROM» t; «EXPLAIN» «DELETE FROM» t");
    check_all(
        "«SELECT» «EXTRACT»(«YEAR» «FROM» year), «TIMESTAMPDIFF»(«HOUR», hour, «NOW»()), a + «INTERVAL» day «DAY»",
    );
    check_all(
        "«SELECT» «SUM»(a) «OVER» («PARTITION BY» list «ORDER BY» date «ROWS BETWEEN» «UNBOUNDED PRECEDING» «AND» 3 «FOLLOWING») «FROM» t",
    );
    check_all(
        "«SELECT» «MATCH»(a) «AGAINST» ('x' «IN BOOLEAN MODE») «FROM» t «USE INDEX» (status) «WHERE» a «LIKE» 'b' «ESCAPE» '|'",
    );
    check_all("«SELECT» «SQL_NO_CACHE» a «INTO OUTFILE» 'x'");
    check_all("(«SELECT» type «FROM» t) «UNION ALL» («SELECT» 1) «ORDER BY» type");
    check_all(
        "«LOAD DATA LOCAL INFILE» 'x' «INTO» «TABLE» status «FIELDS TERMINATED BY» ',' (date, @a) «SET» time = 1",
    );
}

#[test]
fn administration() {
    check_all(
        "«GRANT» «SELECT», «RELOAD», «INSERT» (date, time) «ON» shop.* «TO» app@localhost «WITH GRANT OPTION»",
    );
    check_all(
        "«SHOW ENGINE INNODB STATUS»; «SHOW VARIABLES» «LIKE» 'x'; «SHOW STATUS» «WHERE» variable_name = 'x'; «SHOW INDEX FROM» date",
    );
    check_all(
        "«CHANGE REPLICATION SOURCE TO» «SOURCE_HOST»='x', «SOURCE_PORT»=3306; «START REPLICA»; «KILL QUERY» 5; «XA START» 'x'",
    );
    check(
        "CREATE USER a IDENTIFIED WITH caching$0_sha2_password",
        "caching_sha2_password: CACHING_SHA2_PASSWORD, IDENTIFIED WITH",
    );
    check(
        "CREATE USER a IDENTIFIED WI$0TH mysql_native_password BY 'x'",
        "IDENTIFIED WITH: IDENTIFIED WITH MYSQL_NATIVE_PASSWORD, IDENTIFIED WITH, IDENTIFIED, WITH",
    );
    check(
        "CREATE USER a IDENTIFIED WI$0TH 'mysql_native_password'",
        "IDENTIFIED WITH: IDENTIFIED WITH MYSQL_NATIVE_PASSWORD, IDENTIFIED WITH, IDENTIFIED, WITH",
    );
}

#[test]
fn hints_at_the_end_of_a_text_are_not_read_again_as_code() {
    check_all("«SELECT» /*+ ANY (SELECT 1) */");
    check_all("«SELECT» /*+ ANY (SELECT 1)");
    check_all("«SELECT»/*+ «MRR»(t) WHERE");
}

#[test]
fn partitions() {
    check_all(
        "«CREATE TABLE» t (a «INT») «PARTITION BY RANGE» («YEAR»(date)) («PARTITION» status «VALUES LESS THAN» (2020) «ENGINE» = «InnoDB», \
         «PARTITION» p «VALUES LESS THAN MAXVALUE»); «ALTER TABLE» t «DROP PARTITION» date, «EXCHANGE PARTITION» p «WITH» «TABLE» date",
    );
}

#[test]
fn offsets_are_bytes() {
    check("\u{feff}SEL$0ECT 1", "SELECT: SELECT");
    check("SELECT '🦀 é' AS é FR$0OM t", "FROM: FROM");
    check(
        "/* 🦀 */\r\nSELECT a\r\nFOR\r\nUP$0DATE\r\n",
        "FOR\r\nUPDATE: FOR UPDATE, FOR, UPDATE",
    );
    check("SELECT éFR$0OM", "");
    check("SELECT '\\🦀' FR$0OM t", "FROM: FROM");
    check("SELECT \0 FR$0OM t", "FROM: FROM");
}

#[test]
fn deep_nesting_does_no_harm() {
    let text = format!("SELECT {} FROM t", "(IF(a, CASE ".repeat(100_000));
    assert_eq!(keywords(Source::new(&text)).len(), 200_002);
    assert_eq!(
        keywords(Source::new(&text))
            .pop()
            .map(|keyword| keyword.names),
        Some(vec!["FROM".to_owned()])
    );
}

#[test]
fn damaged_scripts_keep_the_two_functions_in_agreement() {
    let fixtures = [
        "/*!40101 SET NAMES utf8 */;\nCREATE TABLE `t` (date DATE, a INT(11) NOT NULL, KEY status (a)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n\
         SELECT /*+ NO_ICP(t) */ DISTINCT COUNT(*), CAST(a AS CHAR(10)) FROM t WHERE b <=> 'c''d\\'' -- x\n FOR UPDATE SKIP LOCKED;",
        "DELIMITER $$\nCREATE PROCEDURE p(IN user INT)\nBEGIN\n DECLARE done INT;\n IF a THEN SELECT CASE b WHEN 1 THEN 2 END; END IF;\nEND$$\n\
         DELIMITER ;\nSET GLOBAL sql_mode = @@x, SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;\n\
         INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = VALUES(a); SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;",
    ];
    let pieces = [
        "/*",
        "*/",
        "/*!50000 ",
        "/*+ ",
        "--",
        "-- ",
        "#",
        "`",
        ";",
        "\nDELIMITER //\n",
        "\nDELIMITER SELECT\n",
        "@@",
        ".",
        ",",
        " SET ",
        " CHARACTER SET = ",
        "IDENTIFIED WITH ",
        " EXPLAIN FORMAT=",
        " ENGINE=",
        " SELECT * ",
        "CASE ",
        " END ",
        "_x'",
        ":",
        "=",
        "SELECT /*+ MRR",
        ";SET sql_mode='ANSI_QUOTES,NO_BACKSLASH_ESCAPES';",
        "\\",
        "\"",
    ];
    mutations::check(&RECOGNISER, &fixtures, &pieces);
}
