/// Words that names of resources, people and programs are made of; sizes are powers of two.
enum Vocabulary {
  static let apps: [String] = [
    "checkout", "billing", "ledger", "catalog", "search", "orders", "payments", "inventory", "fraud",
    "profile", "notify", "shipping", "pricing", "reports", "ingest", "media", "auth", "gateway", "quotes",
    "claims", "loyalty", "telemetry", "assets", "returns", "scoring", "contracts", "feeds", "invoice",
    "recs", "session", "support", "warehouse",
  ]
  static let components: [String] = [
    "api", "worker", "events", "data", "web", "batch", "stream", "cache", "admin", "sync", "etl", "export",
    "jobs", "core", "edge", "audit",
  ]
  static let environments: [String] = ["prod", "staging", "dev", "prod", "sandbox", "shared", "prod", "test"]
  static let people: [String] = [
    "ana.petrov", "ben.okafor", "carla.diaz", "dmitri.volkov", "elena.rossi", "farid.khan", "grace.liu",
    "hugo.martin", "ines.silva", "jonas.berg", "keiko.tanaka", "liam.murphy", "maya.cohen", "nils.larsen",
    "olga.ivanova", "pablo.ruiz", "quinn.walker", "rosa.fischer", "samir.haddad", "tara.singh", "uwe.krause",
    "vera.novak", "wei.zhang", "ximena.lopez", "yusuf.demir", "zoe.clark", "amir.tehrani", "bruna.costa",
    "chen.wei", "dana.kovacs", "emil.nowak", "fiona.byrne",
  ]
  static let datasets: [String] = [
    "raw", "curated", "logs", "exports", "snapshots", "events", "features", "tmp", "models", "backups",
    "uploads", "thumbnails", "reports", "archive", "parquet", "delta",
  ]
  static let extensions: [String] = [
    ".parquet", ".json.gz", ".csv", ".avro", ".jpg", ".parquet", ".log.gz", ".pdf",
  ]
  static let instanceTypes: [String] = [
    "t3.medium", "m5.large", "m6i.xlarge", "c6g.2xlarge", "r5.xlarge", "t4g.small", "m7g.large", "g5.xlarge",
  ]
  static let runtimes: [String] = [
    "python3.12", "nodejs20.x", "java21", "python3.9", "provided.al2023", "nodejs18.x", "dotnet8", "go1.x",
  ]
}
