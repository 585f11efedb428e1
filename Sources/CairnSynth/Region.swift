/// The regions a history can spread over, busiest first.
enum Region {
  static let all: [String] = [
    "us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "us-east-2", "ap-southeast-2", "ap-northeast-1",
    "ca-central-1", "ap-southeast-1", "eu-west-2", "eu-north-1", "sa-east-1", "ap-south-1", "eu-west-3",
    "us-west-1", "ap-northeast-2", "eu-south-1", "me-south-1", "af-south-1", "ap-east-1",
  ]
}
