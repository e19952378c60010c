"""Every application identifier: what may stand behind it, beside it, and in a Digital Link. Facts only.

Sources: GS1 General Specifications (section 3) and the GS1 Barcode Syntax Dictionary, release of 2025. One row for an
identifier or a run of them; its columns:

1. the identifiers;
2. ``=`` predefined length, needs no separator behind it; ``?`` may be an attribute in a Digital Link;
3. components in order: N digits, X character set 82, Y character set 39, Z character set 64; ``5`` exactly five
   of them, ``..5`` one to five; ``~`` the checks of a component (:mod:`traceability.identifier.checks`); ``[ ]`` may
   be absent;
4. one of these must be there too (``+`` together with; ``n`` any digit; ``@`` a set named below);
5. none of these may be there;
6. ``key`` a primary key of a Digital Link, with its qualifiers in order, ``/`` between alternatives;
7. data title.
"""

SETS = {
    "@item": "01 02 03 8006 8026",
    "@goods": "01 02",
    "@trade": "01 02 03",
    "@measured": "00 01",
}

ROWS = """
00 | =? | N18~csum~gcppos2 | - | - | key | SSCC
01 | =? | N14~csum~gcppos2 | - | 255 37 | key 22 10 21 / 235 | GTIN
02 | =? | N14~csum~gcppos2 | 37 | 01 03 | - | CONTENT
03 | = | N14~csum~gcppos2 | - | 01 02 37 235 | - | MTO GTIN
10 | ? | X..20 | @item | - | - | BATCH/LOT
11 | =? | N6~yymmd0 | @item | - | - | PROD DATE
12 | =? | N6~yymmd0 | 8020 | - | - | DUE DATE
13 | =? | N6~yymmd0 | @item | - | - | PACK DATE
15-16 | =? | N6~yymmd0 | @item | - | - | BEST BEFORE / SELL BY
17 | =? | N6~yymmd0 | 01 02 03 255 8006 8026 | - | - | USE BY or EXPIRY
20 | =? | N2 | @item | - | - | VARIANT
21 | - | X..20 | 01 03 8006 | 235 | - | SERIAL
22 | - | X..20 | 01 | - | - | CPV
235 | - | X..28 | 01 | - | - | TPX
240-241 | ? | X..30 | @item | - | - | ADDITIONAL ID / CUST. PART No.
242 | ? | N..6 | 01 02 8006 8026 | - | - | MTO VARIANT
243 | ? | X..20 | 01 03 | - | - | PCN
250 | ? | X..30 | 01+21 03+21 8006+21 | - | - | SECONDARY SERIAL
251 | ? | X..30 | 01 03 8006 | - | - | REF. TO SOURCE
253 | ? | N13~csum~gcppos1 [X..17] | - | - | key | GDTI
254 | - | X..20 | 414 | - | - | GLN EXTENSION COMPONENT
255 | ? | N13~csum~gcppos1 [N..12] | - | 01 02 415 8006 8020 8026 | key | GCN
30 | ? | N..8 | @goods | - | - | VAR. COUNT
37 | ? | N..8 | 00+02 00+8026 | - | - | COUNT
3900-3909 | ? | N..15 | 255 8020 | 390n 391n 394n 8111 | - | AMOUNT
3910-3919 | ? | N3~iso4217 N..15 | 8020 | 391n | - | AMOUNT
3920-3929 | ? | N..15 | 01+30 01+31nn 01+32nn 01+35nn 01+36nn | 392n 393n | - | PRICE
3930-3939 | ? | N3~iso4217 N..15 | 30 31nn 32nn 35nn 36nn | 393n | - | PRICE
3940-3943 | ? | N4 | 255 | 394n 8111 | - | PRCNT OFF
3950-3955 | ? | N6 | 30 31nn 32nn 35nn 36nn | 392n 393n 395n 8005 | - | PRICE/UoM
400 | ? | X..30 | - | - | - | ORDER NUMBER
401 | ? | X..30~gcppos1 | - | - | key | GINC
402 | ? | N17~csum~gcppos1 | - | - | key | GSIN
403 | ? | X..30 | 00 | - | - | ROUTE
410-413 | =? | N13~csum~gcppos1 | - | - | - | SHIP TO / BILL TO / PURCHASE FROM / SHIP FOR
414 | =? | N13~csum~gcppos1 | - | - | key 254 / 7040 | LOC No.
415 | =? | N13~csum~gcppos1 | 8020 | - | key 8020 | PAY TO
416 | =? | N13~csum~gcppos1 | - | - | - | PROD/SERV LOC
417 | =? | N13~csum~gcppos1 | - | - | key 7040 | PARTY
420 | ? | X..20 | - | 421 | - | SHIP TO POST
421 | ? | N3~iso3166 X..9 | - | 4307 | - | SHIP TO POST
422 | ? | N3~iso3166 | @item | 426 | - | ORIGIN
423 | ? | N3~iso3166 4*[N3~iso3166] | @trade | 426 | - | COUNTRY - INITIAL PROCESS
424 | ? | N3~iso3166 | @trade | 426 | - | COUNTRY - PROCESS
425 | ? | N3~iso3166 4*[N3~iso3166] | @trade | 426 | - | COUNTRY - DISASSEMBLY
426 | ? | N3~iso3166 | @trade | - | - | COUNTRY - FULL PROCESS
427 | ? | X..3 | 01+422 02+422 03+422 | - | - | ORIGIN SUBDIVISION
4300-4301 | ? | X..35~pcenc | 00 | - | - | SHIP TO COMP / NAME
4302 | ? | X..70~pcenc | 00 | - | - | SHIP TO ADD1
4303 | ? | X..70~pcenc | 4302 | - | - | SHIP TO ADD2
4304-4306 | ? | X..70~pcenc | 00 | - | - | SHIP TO SUB / LOC / REG
4307 | ? | X2~iso3166alpha2 | 00 | - | - | SHIP TO COUNTRY
4308 | ? | X..30 | 00 | - | - | SHIP TO PHONE
4309 | ? | N10~latitude N10~longitude | 00 | - | - | SHIP TO GEO
4310-4311 | ? | X..35~pcenc | 00 | - | - | RTN TO COMP / NAME
4312 | ? | X..70~pcenc | 00 | - | - | RTN TO ADD1
4313 | ? | X..70~pcenc | 4312 | - | - | RTN TO ADD2
4314-4316 | ? | X..70~pcenc | 00 | - | - | RTN TO SUB / LOC / REG
4317 | ? | X2~iso3166alpha2 | 00 | - | - | RTN TO COUNTRY
4318 | ? | X..20 | 00 | - | - | RTN TO POST
4319 | ? | X..30 | 00 | - | - | RTN TO PHONE
4320 | ? | X..35~pcenc | 00 | - | - | SRV DESCRIPTION
4321-4323 | ? | N1~yesno | 00 | - | - | DANGEROUS GOODS / AUTH TO LEAVE / SIG REQUIRED
4324-4325 | ? | N6~yymmd0 N4~hhmi | 00 | - | - | NOT BEF DEL DT / NOT AFT DEL DT
4326 | ? | N6~yymmdd | 00 | - | - | REL DATE
4330 | ? | N6 [X1~hyphen] | 00 | 4331 | - | MAX TEMP F.
4331 | ? | N6 [X1~hyphen] | 00 | 4330 | - | MAX TEMP C.
4332 | ? | N6 [X1~hyphen] | 00 | 4333 | - | MIN TEMP F.
4333 | ? | N6 [X1~hyphen] | 00 | 4332 | - | MIN TEMP C.
7001 | ? | N13 | 01 02 8006 8026 | - | - | NSN
7002 | ? | X..30 | @goods | - | - | MEAT CUT
7003 | ? | N6~yymmdd N4~hhmi | @trade | - | - | EXPIRY TIME
7004 | ? | N..4 | 01+10 03+10 | - | - | ACTIVE POTENCY
7005 | ? | X..12 | @goods | - | - | CATCH AREA
7006 | ? | N6~yymmdd | @goods | - | - | FIRST FREEZE DATE
7007 | ? | N6~yymmdd [N6~yymmdd] | @goods | - | - | HARVEST DATE
7008 | ? | X..3 | @goods | - | - | AQUATIC SPECIES
7009 | ? | X..10 | @goods | - | - | FISHING GEAR TYPE
7010 | ? | X..2 | @trade | - | - | PROD METHOD
7011 | ? | N6~yymmdd [N4~hhmi] | @trade | - | - | TEST BY DATE
7020 | ? | X..20 | 01+416 03+416 8006+416 | - | - | REFURB LOT
7021 | ? | X..20 | 01 03 8006 | - | - | FUNC STAT
7022 | ? | X..20 | 01+7021 03+7021 8006+7021 | - | - | REV STAT
7023 | ? | X..30~gcppos1 | - | - | - | GIAI - ASSEMBLY
7030-7039 | ? | N3~iso3166999 X..27 | @goods | - | - | PROCESSOR
7040 | - | N1 X1 X1 X1~importeridx | - | - | - | UIC+EXT
7041 | - | X..4~packagetype | 00 | - | - | UFRGT UNIT TYPE
710-717 | ? | X..20 | 01 | - | - | NHRN
7230-7239 | ? | X2 X..28 | 01 8004 | - | - | CERT
7240 | ? | X..20 | 01 8006 | 03 | - | PROTOCOL
7241 | ? | N2~mediatype | 8017 8018 | - | - | AIDC MEDIA TYPE
7242 | ? | X..25 | 8017 8018 | - | - | VCN
7250 | ? | N8~yyyymmdd | 8018 | 7251 | - | DOB
7251 | ? | N8~yyyymmdd N4~hhmi | 8018 | 7250 | - | DOB TIME
7252 | ? | N1~iso5218 | 8018 | - | - | BIO SEX
7253-7254 | ? | X..40~pcenc | 8017 8018 | 7256 7259 | - | FAMILY NAME / GIVEN NAME
7255 | ? | X..10 | 8017 8018 | 7256 7259 | - | SUFFIX
7256 | ? | X..90~pcenc | 8017 8018 | - | - | FULL NAME
7257 | ? | X..70~pcenc | 8018 | - | - | PERSON ADDR
7258 | ? | X3~posinseqslash | 8018+7259 | - | - | BIRTH SEQUENCE
7259 | ? | X..40~pcenc | 8018 | 7256 | - | BABY
8001 | ? | N4~nonzero N5~nonzero N3~nonzero N1~winding N1 | 01 | - | - | DIMENSIONS
8002 | ? | X..20 | - | - | - | CMT No.
8003 | ? | N1~zero N13~csum~gcppos1 [X..16] | - | - | key | GRAI
8004 | ? | X..30~gcppos1 | - | - | key 7040 | GIAI
8005 | ? | N6 | @goods | - | - | PRICE PER UNIT
8006 | ? | N14~csum~gcppos2 N4~pieceoftotal | - | 01 03 37 | key 22 10 21 | ITIP
8007 | ? | X..34~iban | 415 | - | - | IBAN
8008 | ? | N6~yymmdd N2~hh [N2~mi] [N2~ss] | @trade | - | - | PROD TIME
8009 | ? | X..50 | 00 01 03 | - | - | OPTSEN
8010 | ? | Y..30~gcppos1 | - | - | key 8011 | CPID
8011 | - | N..12~nozeroprefix | 8010 | - | - | CPID SERIAL
8012 | ? | X..20 | 01 03 8006 | - | - | VERSION
8013 | ? | X..25~csumalpha~gcppos1 | - | - | key | GMN
8014 | - | X..25~csumalpha~gcppos1~hasnondigit | 01 | - | - | MUDI
8017 | ? | N18~csum~gcppos1 | - | 8018 | key 8019 | GSRN - PROVIDER
8018 | ? | N18~csum~gcppos1 | - | 8017 | key 8019 | GSRN - RECIPIENT
8019 | - | N..10 | 8017 8018 | - | - | SRIN
8020 | - | X..25 | 415 | - | - | REF No.
8026 | ? | N14~csum~gcppos2 N4~pieceoftotal | 37 | 02 03 8006 | - | ITIP CONTENT
8030 | ? | Z..90 | 00 01+21 03+21 253 255 8003 8004 8006+21 8010+8011 8017 8018 | - | - | DIGSIG
8040 | - | N15 | 01+21 | - | - | IMEI
8041 | - | N15 | 01+21+8040 | - | - | IMEI2
8042 | - | N32 | 01+21+8040 | - | - | ESIM
8043 | - | N18 [N..2] | 01+21+8040 | - | - | PSIM
8110 | ? | X..70~couponcode | - | - | - | COUPON
8111 | ? | N4 | 255 | - | - | POINTS
8112 | ? | X..70~couponposoffer | - | - | - | COUPON OFFER
8200 | - | X..70 | 01 | - | - | PRODUCT URL
90 | ? | X..30 | - | - | - | INTERNAL
91-99 | ? | X..90 | - | - | - | INTERNAL
"""

# Measures are families of six: the last digit says where the decimal point stands. None may stand beside another of its
# own family.
MEASURES = {
    "@goods": "310-316 320-329 350-352 356-357 360-361 364-366",
    "@measured": "330-336 340-349 353-355 362-363 367-369",
    "01": "337",
}
